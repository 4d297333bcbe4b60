"""The service on FastAPI: uvicorn app_fastapi:app"""

from typing import List, Optional

from fastapi import Depends, FastAPI, Header, HTTPException, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel

import service

app = FastAPI(title="prediction service", version=service.VERSION)


class Login(BaseModel):
    username: str
    password: str


class Features(BaseModel):
    features: List[float]


class Samples(BaseModel):
    samples: List[List[float]]


@app.exception_handler(service.Invalid)
async def invalid(_: Request, err: service.Invalid):
    return JSONResponse({"error": str(err)}, status_code=422)


async def guard(authorization: Optional[str] = Header(default=None)):
    if not service.allowed(authorization):
        raise HTTPException(status_code=401, detail="log in first")


@app.post("/login")
async def login(credentials: Login):
    token = service.login(credentials.username, credentials.password)
    if token is None:
        raise HTTPException(status_code=401, detail="wrong username or password")
    return {"token": token, "token_type": "bearer"}


@app.post("/predict", dependencies=[Depends(guard)])
async def predict(data: Features):
    return service.predict(data.features)


@app.post("/batch-predict", dependencies=[Depends(guard)])
async def batch_predict(data: Samples):
    return service.batch_predict(data.samples)


@app.get("/health")
async def health():
    return service.health()


@app.get("/model-info")
async def model_info():
    return service.model_info("fastapi")
