"""What each event does to a board or a thread: the journal, read from its beginning, must give the tables.

A view is {"title": …, "mode": …, "timer": …, "sections": {id: section}, "cards": {id: card}, "posts": {id: post}}. (tests/integration/replay.c says the
same of boards in C; two readings of the protocol agree here.)
"""


def empty():
    return {"title": "", "mode": None, "timer": None, "sections": {}, "cards": {}, "posts": {}}


def of_snapshot(snapshot):
    view = empty()
    view["title"] = (snapshot.get("board") or snapshot["thread"])["title"]
    board = snapshot.get("board") or {}
    view["mode"], view["timer"] = board.get("mode"), board.get("timer")
    for what in ("sections", "cards", "posts"):
        view[what] = {one["id"]: one for one in snapshot.get(what, [])}
    return view


def update(one, body, but):
    one.update((key, value) for key, value in body.items() if key != but)


def apply(view, kind, body):
    noun, what = kind.split(".")
    if kind in ("board.created", "board.renamed", "thread.created", "thread.renamed"):
        view["title"] = body["title"]
        if kind == "board.created":
            view["mode"] = "write"
    elif kind == "board.mode_set":
        view["mode"] = body["mode"]
    elif noun == "vote":
        pass  # votes change no card
    elif noun == "timer":
        view["timer"] = body.get("timer")  # stopped: none
    elif what == "locked":
        view[noun + "s"][body[noun]]["locked"] = True
    elif what == "unlocked":
        view[noun + "s"][body[noun]].pop("locked", None)
    elif kind in ("section.created", "card.created", "card.restored", "post.created"):
        view[noun + "s"][body[noun]["id"]] = dict(body[noun])
    elif kind == "section.changed":
        update(view["sections"][body["section"]], body, "section")
    elif kind == "section.deleted":
        del view["sections"][body["section"]]
        for card in view["cards"].values():
            if card.get("section") == body["section"]:
                del card["section"]
    elif kind == "card.deleted":
        del view["cards"][body["card"]]
    elif kind == "card.moved":
        card = view["cards"][body["card"]]
        card.pop("section", None)  # not given: loose
        update(card, body, "card")
    elif noun == "card":
        update(view["cards"][body["card"]], body, "card")
    elif kind == "post.edited":
        update(view["posts"][body["post"]], body, "post")
    elif kind == "post.deleted":
        view["posts"][body["post"]].update(text="", html="", deleted=True)
    else:
        raise ValueError(f"nobody knows {kind}")


def difference(one, other):
    """The first place where two views differ, in words; None: they do not."""
    for what in one:
        if one[what] == other[what]:
            continue
        if what in ("title", "mode", "timer"):
            return f"{what}: {one[what]!r} and {other[what]!r}"
        for key in sorted({*one[what], *other[what]}):
            if one[what].get(key) != other[what].get(key):
                return f"{what} {key}: {one[what].get(key)} and {other[what].get(key)}"
    return None
