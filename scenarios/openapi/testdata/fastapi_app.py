"""A small prediction service, as users of FastAPI write them."""
from enum import Enum
from typing import Dict, List, Optional

from fastapi import Depends, FastAPI, HTTPException, Query
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, Field

app = FastAPI(title="house prices", version="2.1")
bearer = HTTPBearer()


class Credentials(BaseModel):
    username: str = Field(..., min_length=3)
    password: str


class Token(BaseModel):
    access_token: str
    token_type: str = "bearer"


class Kind(str, Enum):
    flat = "flat"
    house = "house"


class Address(BaseModel):
    postcode: str = Field(..., regex="^[0-9]{5}$")
    city: Optional[str] = None


class House(BaseModel):
    area: float = Field(..., gt=0, le=2000, description="square metres")
    rooms: int = Field(..., ge=1, le=30)
    year: int = Field(..., ge=1800, le=2030, example=1984)
    kind: Kind
    balcony: bool
    address: Address
    embedding: List[float] = Field(..., min_items=4, max_items=4)
    garden: Optional[float] = Field(None, ge=0)
    note: Optional[str] = Field(None, max_length=200)


class Matrix(BaseModel):
    rows: List[List[float]] = Field(..., min_items=1, max_items=64)


class Free(BaseModel):
    features: List[float]


class Price(BaseModel):
    price: float


def user(c: HTTPAuthorizationCredentials = Depends(bearer)) -> str:
    if c.credentials != "t-0-k-e-n":
        raise HTTPException(401, "bad token")
    return "bob"


@app.post("/auth/token", response_model=Token)
def token(c: Credentials):
    if (c.username, c.password) != ("bob", "hunter22"):
        raise HTTPException(401, "bad credentials")
    return Token(access_token="t-0-k-e-n")


@app.post("/v1/price", response_model=Price)
def price(h: House, who: str = Depends(user)):
    return Price(price=h.area * 3000 + h.rooms)


@app.post("/v1/prices", response_model=List[Price])
def prices(houses: List[House], who: str = Depends(user)):
    return [Price(price=h.area) for h in houses]


@app.post("/v1/matrix", response_model=Price, status_code=201)
def matrix(m: Matrix, scale: float = Query(..., ge=0.5, le=2)):
    return Price(price=scale * sum(map(sum, m.rows)))


@app.post("/v1/free", response_model=Price)
def free(f: Free):
    if len(f.features) != 10:
        raise HTTPException(400, "want ten features")
    return Price(price=sum(f.features))


@app.get("/v1/models/{name}")
def model(name: Kind, verbose: bool = False) -> Dict[str, str]:
    return {"name": name}


@app.get("/v1/houses/{house_id}")
def house(house_id: int):
    raise HTTPException(404, "no such house")


@app.get("/v1/page/{page}")
def page(page: int = 1):
    return {"page": page}


@app.put("/v1/houses/{house_id}")
def put_house(house_id: int, h: House):
    return {}


@app.delete("/v1/cache")
def clear():
    return {}


@app.get("/health")
def health():
    return {"status": "ok"}
