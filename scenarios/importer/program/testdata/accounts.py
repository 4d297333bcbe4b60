import itertools
import random
from locust import HttpUser, FastHttpUser, task, constant

ACCOUNTS = [("ada@example.com", "hunter2"), ("bob@example.com", "hunter22"), ("cyd@example.com", "hunter23")]
ADMINS = [{"user": "root", "password": "hunter2root"}]
QUEUE = itertools.cycle(["red", "green"])


class Shopper(HttpUser):
    weight = 3
    wait_time = constant(1)

    def on_start(self):
        email, password = random.choice(ACCOUNTS)
        r = self.client.post("/api/login", json={"email": email, "password": password})
        self.client.headers["Authorization"] = "Bearer " + r.json()["token"]

    @task
    def cart(self):
        self.client.get("/cart", params={"colour": next(QUEUE)})


class Admin(FastHttpUser):
    fixed_count = 1
    network_timeout = 20
    wait_time = constant(1)

    def on_start(self):
        admin = ADMINS.pop()
        self.client.post("/api/admin/login", json=admin)

    @task
    def stats(self):
        self.client.get("/stats")
