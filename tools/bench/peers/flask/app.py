"""A resolver as Flask's own documentation would have one write it: a GET of the stored answer, and a JSON reply."""

import json
import os
import re

import redis
from flask import Flask, jsonify, request

PUBLIC_ID = re.compile(r"[\w.~-]{1,256}")
store = redis.Redis.from_url(os.environ["REDIS_URL"], socket_timeout=1)
app = Flask(__name__)


@app.post("/resolveSession")
def resolve_session():
    session_id = request.args.get("sessionId", "")
    if not PUBLIC_ID.fullmatch(session_id) or request.args.get("transport") not in ("HTTP", "QUIC"):
        return jsonify(message="sessionId or transport is wrong"), 400
    answer = store.get(os.environ["KEY_PREFIX"] + session_id)
    if answer is None:
        return jsonify(message="not found"), 404
    return jsonify(json.loads(answer))
