# Counts words. One of several consumers of the Redis stream "words": each request goes to one of them.
import json
import os
import time

import redis

ME = f"python-{os.getpid()}"
db = redis.Redis.from_url(os.environ["REDIS_URL"], decode_responses=True)
try:
    db.xgroup_create("words", "counters", id="0", mkstream=True)
except redis.ResponseError:
    pass  # The group exists.


def count(text):
    time.sleep(float(os.environ.get("WORK_SECONDS", "0")))
    return {"words": len(text.split()), "by": "python"}


while True:
    # First what another consumer has held for five seconds: it has died.
    _, entries, *_ = db.xautoclaim("words", "counters", ME, min_idle_time=5000, count=1)
    read = db.xreadgroup("counters", ME, {"words": ">"}, count=1, block=1000) if not entries else []
    for entry, fields in entries or [entry for _, found in read for entry in found]:
        request = json.loads(fields["event"])  # A CloudEvent; its id is the same if the request is sent again.
        try:
            reply = {"data": count(request["data"]["text"])}
        except Exception as error:
            reply = {"error": {"type": type(error).__name__, "message": str(error), "retryable": False}}
        message = {"correlation-id": fields["correlation-id"], "data": json.dumps(reply)}
        db.xadd(fields["reply-to"], message, nomkstream=True)  # Of a caller that has died, the stream is gone.
        db.xack("words", "counters", entry)
