import os
from locust import HttpUser, task, between

USERS = ["ada", "bob"]


class Web(HttpUser):
    wait_time = between(1, 3)

    def on_start(self):
        user = USERS.pop()
        self.client.post("/signin", data={"name": user, "pass": os.environ["WEB_PASS"]})

    @task
    def inbox(self):
        self.client.get("/inbox", timeout=5)
