# Written for an old Locust: task sets within one another, functions as tasks.
import numpy as np, random
from locust import HttpLocust, TaskSet, task, seq_task

PATHS = {"legacy": "/predict", "v1": "/v1/predict"}
BATCH = 16


def index(l):
    l.client.get("/")


def stats(l):
    l.client.get("/stats?window=%s" % random.choice(["1m", "1h"]))


def send(l, rows, *extra):
    l.client.request("POST", url=PATHS["v1"], json=dict(rows=np.random.rand(rows, 4).tolist(), id=f"b-{random.randint(1, 99):03d}"))


class Batches(TaskSet):
    @task(2)
    def small(self):
        send(self, BATCH)

    @task(1)
    class Large(TaskSet):
        def on_start(self):
            self.client.put("/batches", data="size=large", headers={"Content-Type": "application/x-www-form-urlencoded"})

        @task
        def large(self):
            send(self, BATCH * 64)

        @task
        def stop(self):
            self.interrupt()


class Everything(TaskSet):
    tasks = {Batches: 4, index: 1, stats: 1}

    @task(2)
    def uploads(self):
        with open("cat.png", "rb") as image:
            self.client.post("/classify", files={"image": image}, auth=("load", "hunter2"))

    @task
    def retries(self):
        for attempt in range(30):
            response = self.client.get("/ready")
            if response.ok:
                break
        with self.client.get("/missing", catch_response=True) as response:
            if response.status_code == 404:
                response.success()
        if self.parent.tired:
            self.client.get("/nap")
        else:
            self.client.get("/work")


class User(HttpLocust):
    task_set = Everything
    host = "http://127.0.0.1:5000/api/"
    min_wait = 100
    max_wait = 1500
