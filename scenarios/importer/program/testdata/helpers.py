"""Helpers, nested task sets, hooks, a list that is filled elsewhere."""
import random
from locust import HttpUser, SequentialTaskSet, TaskSet, between, events, task

SLUGS = []


@events.init.add_listener
def fill(environment, **kwargs):
    SLUGS.extend(fetch_slugs())


def order(client, n, kind="book"):
    if n > 5:
        kind = "box"
    return client.post("/orders", json={"kind": kind, "n": n})


class Catalogue(TaskSet):
    @task(2)
    class Books(TaskSet):
        @task(3)
        def list(self):
            self.client.get("/books", params={"page": random.randint(1, 5)})

        @task
        def stop(self):
            self.interrupt()

    @task
    def club(self):
        if SLUGS:
            self.client.get(f"/clubs/{random.choice(SLUGS)}/")

    def unused(self):
        self.client.delete("/never")


class Purchase(SequentialTaskSet):
    def on_start(self):
        self.session = self.client.post("/sessions", json={"device": "test"}).json()

    @task
    def look(self):
        self.client.get("/look")

    @task
    def buy(self):
        with self.client.rename_request("/orders"):
            order(self.client, 2)
        self.client.get("/done", headers={"User-Agent": "locust-team", "X-Session": self.session["id"]}, verify=False)


class Shopper(HttpUser):
    host = "http://shop.local"
    tasks = {Catalogue: 3, Purchase: 1}
    wait_time = between(1, 2)
