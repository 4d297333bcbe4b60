import time
from locust import HttpUser, task, constant


class Jobs(HttpUser):
    wait_time = constant(0)

    @task
    def until_done(self):
        job = self.client.post("/jobs", json={"prompt": "x"}).json()["id"]
        status = "queued"
        while status != "done":
            r = self.client.get(f"/jobs/{job}", name="/jobs/[id]")
            status = r.json()["status"]
            time.sleep(0.5)
        self.client.get(f"/jobs/{job}/result")

    @task
    def bounded(self):
        r = self.client.post("/batch", json={})
        for _ in range(30):
            with self.client.get("/batch/" + r.json()["id"], catch_response=True) as s:
                if s.json()["state"] in ["ok", "failed"]:
                    break
            time.sleep(2)

    @task
    def status_alone(self):
        self.client.post("/export")
        while True:
            r = self.client.get("/export/file")
            if r.status_code == 200:
                break
            time.sleep(1)

    @task
    def odd(self):
        self.client.get("/")
        while not ready(self):
            self.client.get("/ready")
            self.client.get("/steady")

    @task
    def first(self):
        done = False
        while not done:
            done = self.client.get("/poll").json()["done"]
