"""What must be true of the database after whatever has happened: each a function that yields complaints in words."""
import json
import subprocess

import postgres
import replay

GAPS = """SELECT format('the %s %s has head %s, but %s events from %s to %s', s.kind, s.id, s.head, e.n, e.first, e.last)
    FROM stream s CROSS JOIN LATERAL (SELECT count(*) AS n, coalesce(min(seq), 1) AS first, coalesce(max(seq), 0) AS last
                                      FROM event WHERE stream_id = s.id) AS e
    WHERE s.head <> e.n OR s.head <> e.last OR e.first <> 1"""

POSTS = """SELECT format('the thread %s counts %s posts, but has %s, the last number %s', t.id, t.post_count, p.n, p.last)
    FROM thread t CROSS JOIN LATERAL (SELECT count(*) AS n, coalesce(max(number), 0) AS last FROM post WHERE thread_id = t.id) AS p
    WHERE t.post_count <> p.n OR t.post_count <> p.last"""

# An op whose answer is yes stands in the journal, one whose answer is no in the refusals: never both.
ANSWERS = """SELECT format('the op %s of %s was both done and refused', e.op, e.actor)
    FROM event e JOIN refusal r ON r.actor = e.actor AND r.op = e.op"""

BOARD = """SELECT json_build_object('board', json_strip_nulls(json_build_object('title', b.title, 'mode', b.mode,
        'timer', (SELECT timer_json(t) FROM timer t WHERE t.board_id = b.id))),
    'sections', (SELECT coalesce(json_agg(section_json(s)), '[]') FROM section s WHERE s.board_id = b.id AND s.deleted_at IS NULL),
    'cards', (SELECT coalesce(json_agg(card_json(c, person(c.created_by))), '[]') FROM card c
              WHERE c.board_id = b.id AND c.deleted_at IS NULL)) FROM board b WHERE b.id = '%s'"""

THREAD = """SELECT json_build_object('thread', json_build_object('title', t.title),
    'posts', (SELECT coalesce(json_agg(post_json(p)), '[]') FROM post p WHERE p.thread_id = t.id)) FROM thread t WHERE t.id = '%s'"""

EVENTS = "SELECT json_build_array(seq, type, body) FROM event WHERE stream_id = '%s' ORDER BY seq"


def journals(pg):
    for statement in (GAPS, POSTS, ANSWERS):
        yield from pg.lines(statement)


def streams(pg):
    """"kind:id" of all that can be replayed."""
    return pg.lines("SELECT kind || ':' || id FROM stream WHERE kind IN ('board', 'thread') AND head > 0 ORDER BY id")


def tables(pg, kind, stream):
    return replay.of_snapshot(json.loads(pg.value((BOARD if kind == "board" else THREAD) % stream)))


def replays(pg, names):
    """The journal read from its beginning is what the tables say."""
    for name in names:
        kind, stream = name.split(":")
        view = replay.empty()
        for line in pg.lines(EVENTS % stream):
            seq, what, body = json.loads(line)
            try:
                replay.apply(view, what, body)
            except (KeyError, ValueError) as error:
                yield f"the {kind} {stream}: event {seq}, {what}, cannot be: {error!r} of {body}"
                break
        else:
            wrong = replay.difference(view, tables(pg, kind, stream))
            if wrong:
                yield f"the {kind} {stream}: its journal and the tables differ: {wrong}"


def pages(pg):
    """No page or index is damaged."""
    done = subprocess.run([str(postgres.BIN / "pg_amcheck"), "--install-missing", "--heapallindexed",
                           "-h", pg.folder, "-U", "postgres", pg.database],
                          capture_output=True, text=True)
    yield from (line for line in (done.stdout + done.stderr).splitlines()
                if done.returncode != 0 and line.strip())


def fresh_view(lab, node, kind, stream, token):
    """What a client that has just come is shown."""
    done = subprocess.run([*lab.network.prefix("people"), str(lab.client), "--url", node.url(), "--compact",
                           "call", "stream.open", json.dumps({"stream": f"{kind}:{stream}"})],
                          env={"KORSDRAG_TOKEN": token, "PATH": "/usr/bin:/bin", "HOME": lab.folder}, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"stream.open of {kind}:{stream} on {node.part}: {done.stderr.strip()}")
    return json.loads(done.stdout)


def fresh_views(lab, token, names):
    """A client that comes anew sees the tables, on each node."""
    for name in names:
        kind, stream = name.split(":")
        head = int(lab.postgres.value(f"SELECT head FROM stream WHERE id = '{stream}'"))
        expected = tables(lab.postgres, kind, stream)
        for node in lab.nodes:
            answer = fresh_view(lab, node, kind, stream, token)
            view = replay.of_snapshot(answer["snapshot"])
            if kind == "thread":  # of long ones only the latest posts are shown
                view["posts"] = {**expected["posts"], **view["posts"]}
            wrong = replay.difference(view, expected)
            if answer["seq"] != head:
                wrong = f"seq {answer['seq']} and head {head}"
            if wrong:
                yield f"the {kind} {stream}: what {node.part} shows and the tables differ: {wrong}"
