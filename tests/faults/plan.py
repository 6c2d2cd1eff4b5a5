"""When which fault happens: made from a seed before anything runs, then played."""
import heapq
import time


def play(faults, say, until_s=0):
    """`faults` are (at, fault), `at` in seconds from now. Those of one target wait for one another. Lasts until_s at least."""
    began = time.monotonic()
    due = [(at, order, True, fault) for order, (at, fault) in enumerate(faults)]
    heapq.heapify(due)
    under_way = set()
    while due:
        at, order, is_begin, fault = heapq.heappop(due)
        if is_begin and fault.target in under_way:
            heapq.heappush(due, (at + 0.1, order, True, fault))
            continue
        time.sleep(max(0, began + at - time.monotonic()))
        now = time.monotonic() - began
        if is_begin:
            say(f"{now:7.2f} {fault}")
            under_way.add(fault.target)
            fault.begin()
            heapq.heappush(due, (time.monotonic() - began + fault.lasts, order, False, fault))
        else:
            fault.end()
            say(f"{time.monotonic() - began:7.2f} over: {fault.name}")
            under_way.discard(fault.target)
    time.sleep(max(0, began + until_s - time.monotonic()))


def one_after_another(faults, gap):
    """(at, fault) for `play`, each `gap()` seconds after the one before is over."""
    at, plan = 0.5, []
    for fault in faults:
        plan.append((at, fault))
        at += fault.lasts + gap()
    return plan
