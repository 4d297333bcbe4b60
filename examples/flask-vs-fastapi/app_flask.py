"""The service on Flask: gunicorn app_flask:app"""

from flask import Flask, jsonify, request

import service

app = Flask(__name__)


@app.errorhandler(service.Invalid)
def invalid(err):
    return jsonify(error=str(err)), 400


def body():
    data = request.get_json(silent=True)
    if not isinstance(data, dict):
        raise service.Invalid("want a JSON object")
    return data


@app.before_request
def guard():
    if request.path in ("/predict", "/batch-predict") and not service.allowed(request.headers.get("Authorization")):
        return jsonify(error="log in first"), 401


@app.post("/login")
def login():
    data = body()
    token = service.login(data.get("username"), data.get("password"))
    if token is None:
        return jsonify(error="wrong username or password"), 401
    return jsonify(token=token, token_type="bearer")


@app.post("/predict")
def predict():
    return jsonify(service.predict(body().get("features")))


@app.post("/batch-predict")
def batch_predict():
    return jsonify(service.batch_predict(body().get("samples")))


@app.get("/health")
def health():
    return jsonify(service.health())


@app.get("/model-info")
def model_info():
    return jsonify(service.model_info("flask"))
