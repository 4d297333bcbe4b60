"""Checks of every kind that people write."""
from locust import HttpUser, task, between


def check_it(response):
    return response.elapsed.total_seconds() > 2


class Visitor(HttpUser):
    host = "http://shop.local"
    wait_time = between(1, 2)

    @task(3)
    def helper(self):
        with self.client.get("/helper", catch_response=True) as s:
            if check_it(s):
                s.failure("slow")

    @task
    def counted(self):
        with self.client.get("/counted", catch_response=True) as s:
            if s.text.count("a") != 3:
                s.failure("not three")

    @task
    def exact(self):
        with self.client.post("/flood", json={"n": 1}, catch_response=True) as resp:
            if resp.status_code in (400, 403):
                resp.success()
            else:
                resp.failure("let in")

    @task
    def only_200(self):
        with self.client.get("/plan", catch_response=True) as resp:
            if resp.status_code == 200:
                resp.success()
            else:
                resp.failure(f"got {resp.status_code}")

    @task
    def replay(self):
        with self.client.post("/replay", json={"t": 1}, catch_response=True) as resp:
            if resp.status_code in (200, 403):
                body = resp.json()
                if body.get("status") == "blocked" or "Replay" in str(body):
                    resp.success()
                else:
                    resp.failure("not blocked")
            else:
                resp.failure("bad status")

    @task
    def parsed(self):
        with self.client.get("/json", catch_response=True) as resp:
            try:
                if resp.json()["n"] < 1:
                    resp.failure("none")
            except ValueError:
                resp.failure("no JSON")

    @task
    def guarded(self):
        if not self.environment.parsed_options.beta:
            return
        self.client.get("/beta")

    @task
    def retried(self):
        r = self.client.get("/first")
        if r.status_code != 200:
            self.client.post("/report")
        if r.json().get("more"):
            self.client.get("/more")
        assert compute(r) > 3
