"""A small prediction service, but for its HTTP: both apps serve this."""

import hmac
import os
import random
import secrets
import time

FEATURES = 10
MOST_SAMPLES = 100
VERSION = "1.0"

USERNAME = os.environ.get("MLBENCH_USERNAME") or "admin"
PASSWORD = os.environ.get("MLBENCH_PASSWORD") or "password"

# Tokens are known to the process that gave them out: one worker per app.
_tokens = set()
_started = time.time()


def _grow(rng, depth):
    if depth == 0:
        return rng.gauss(0, 10)
    return (rng.randrange(FEATURES), rng.gauss(0, 300), _grow(rng, depth - 1), _grow(rng, depth - 1))


_rng = random.Random(7)
_forest = [_grow(_rng, 6) for _ in range(50)]


class Invalid(ValueError):
    """The request's body is not one that the model can take."""


def login(username, password):
    """Returns a token, or None."""
    given = f"{username}\0{password}".encode()
    if not hmac.compare_digest(given, f"{USERNAME}\0{PASSWORD}".encode()):
        return None
    token = secrets.token_urlsafe(24)
    _tokens.add(token)
    return token


def allowed(authorization):
    scheme, _, token = (authorization or "").partition(" ")
    return scheme.lower() == "bearer" and token in _tokens


def _checked(features):
    if not isinstance(features, list) or len(features) != FEATURES:
        raise Invalid(f"want {FEATURES} features")
    for x in features:
        if isinstance(x, bool) or not isinstance(x, (int, float)) or not -1000 <= x <= 1000:
            raise Invalid("want numbers from -1000 to 1000")
    return features


def _predict(features):
    total = 0.0
    for node in _forest:
        while isinstance(node, tuple):
            feature, threshold, low, high = node
            node = low if features[feature] <= threshold else high
        total += node
    return total / len(_forest)


def predict(features):
    return {"prediction": _predict(_checked(features)), "cached": False, "model_version": VERSION}


def batch_predict(samples):
    if not isinstance(samples, list) or not 1 <= len(samples) <= MOST_SAMPLES:
        raise Invalid(f"want 1 to {MOST_SAMPLES} samples")
    out = [_predict(_checked(s)) for s in samples]
    return {"predictions": out, "count": len(out), "model_version": VERSION}


def health():
    return {"status": "healthy", "uptime_seconds": time.time() - _started, "model_loaded": True}


def model_info(framework):
    return {"version": VERSION, "input_features": FEATURES, "model_type": f"{len(_forest)} random trees", "framework": framework}
