"""Load test of the recommendation service: visitors look around, buyers log in and order."""
import csv
import json
import os
import random
import uuid

from faker import Faker
from locust import HttpUser, LoadTestShape, SequentialTaskSet, between, constant_pacing, events, tag, task

API = "/api/v2"
CATEGORIES = ["garden", "kitchen", "books"]
TIMEOUT = 10
fake = Faker()


@events.test_start.add_listener
def announce(environment, **kwargs):
    print("here we go")


def feature_vector(size=8):
    return [round(random.uniform(-1, 1), 3) for _ in range(size)]


class ApiUser(HttpUser):
    abstract = True
    host = "https://shop.example.com"
    wait_time = between(0.5, 2)

    def on_start(self):
        response = self.client.post(
            f"{API}/login",
            json={"username": os.environ["SHOP_USER"], "password": "hunter2"},
            headers={"X-Client": "load"},
        )
        self.token = response.json()["data"]["access_token"]
        self.client.headers.update({"Authorization": f"Bearer {self.token}", "X-Team": os.getenv("TEAM", "search")})


class Visitor(ApiUser):
    weight = 3

    @task(5)
    def home(self):
        self.client.get("/")

    @tag("search")
    @task(3)
    def search(self):
        category = random.choice(CATEGORIES)
        with self.client.get(
            f"{API}/search",
            params={"q": fake.word(), "category": category, "page": random.randint(1, 9)},
            name="/search",
            catch_response=True,
        ) as response:
            if response.status_code != 200:
                response.failure("bad status")
            elif "results" not in response.json():
                response.failure("no results")
            elif response.elapsed.total_seconds() > 0.8:
                response.failure("too slow")

    @task
    def predict(self):
        self.client.post(f"{API}/predict", json={
            "request_id": str(uuid.uuid4()),
            "features": feature_vector(),
            "customer": {"id": random.randint(1, 100_000), "segment": random.choice(["a", "b"])},
            "explain": random.random() < 0.1,
            "model": load_model_name(),
            "note": None,
        })

    @task
    def item(self):
        item_id = random.randint(1, 500)
        self.client.get(f"{API}/items/{item_id}", name=f"{API}/items/[id]")
        if random.random() < 0.25:
            self.client.get("%s/items/%d/reviews" % (API, item_id))

    @task
    def odd(self):
        for item in self.client.get(f"{API}/popular").json()["items"]:
            self.client.get(item["url"])


class Checkout(SequentialTaskSet):
    @task
    def add(self):
        r = self.client.post("/cart", json={"sku": f"sku-{random.randint(100, 999)}", "quantity": 1})
        self.cart = r.json()["cart_id"]

    @task
    def pay(self):
        payload = json.dumps({"cart": self.cart, "card": "4242", "name": fake.name()})
        r = self.client.post(f"/cart/{self.cart}/pay", data=payload, headers={"Content-Type": "application/json", "Idempotency-Key": str(uuid.uuid4())})
        assert r.status_code == 201
        self.client.get(f"/orders?cart={self.cart}")

    @task
    def leave(self):
        self.client.post("/feedback", data={"rating": random.randint(1, 5), "text": "fine"})
        self.interrupt()


class Buyer(ApiUser):
    wait_time = constant_pacing(5)
    tasks = {Checkout: 2}

    def on_stop(self):
        self.client.delete("/session")


class Ramp(LoadTestShape):
    stages = [
        {"duration": 60, "users": 20, "spawn_rate": 2},
        {"duration": 180, "users": 100, "spawn_rate": 10},
        {"duration": 240, "users": 0, "spawn_rate": 10},
    ]

    def tick(self):
        run_time = self.get_run_time()
        for stage in self.stages:
            if run_time < stage["duration"]:
                return stage["users"], stage["spawn_rate"]
        return None
