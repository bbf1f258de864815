"""A mixed load of writes on a server that is going to be killed, noted in the model."""
import random
import threading

from support.raw import content_md5
from support.server import Server

from .client import Client, Gone
from .model import Content, History, Joined, Model, Upload

MAIN, SHARED = "main", "shared"
MIN_PART = 5 << 20
THREADS = 4


def some_size(rng: random.Random) -> int:
    """Inlined and in a blob file of their own, at the edges between the two, and now and then large."""
    return rng.choice([
        lambda: rng.randrange(0, 1024), lambda: rng.randrange(1024, 65537), lambda: rng.choice([0, 1, 1023, 1024, 65535, 65536]),
        lambda: rng.randrange(65537, 400_000), lambda: rng.choice([65537, 131072, 131073]), lambda: rng.randrange(65537, 200_000),
        lambda: rng.randrange(65537, 3_000_000) if rng.random() < 0.2 else rng.randrange(0, 5000)])()


class Worker(threading.Thread):
    """One client. The keys of its own it writes one after another; the shared ones at the same time as the other workers."""

    def __init__(self, server: Server, model: Model, number: int, seed: int):
        super().__init__(name=f"worker {number}", daemon=True)
        self.client, self.model, self.number = Client(server), model, number
        self.rng = random.Random(seed * 1000 + number)
        self.stopping = threading.Event()
        self.failure = None
        self.acknowledged = 0

    def run(self):
        steps = [self.put] * 30 + [self.shared] * 12 + [self.delete] * 8 + [self.delete_many] * 4 + [self.copy] * 7 + [self.upload] * 14 + \
                [self.scratch] * 12 + [self.read] * 8
        try:
            while not self.stopping.is_set():
                self.rng.choice(steps)()
        except Gone:
            pass
        except BaseException as failure:
            self.failure = failure
        finally:
            self.client.close()

    def own_key(self) -> str:
        return f"{self.number}/key {self.rng.randrange(24)}"

    def own_upload_key(self) -> str:
        return f"{self.number}/upload {self.rng.randrange(6)}"

    def write(self, bucket: str, key: str, outcome, *request, **options):
        """One write of one key, acknowledged by 200 or 204."""
        history = self.model.key(bucket, key)
        write = history.begin(outcome)
        answer = self.client.expect(200, 204)(*request, **options)
        history.acknowledge(write)
        self.acknowledged += 1
        return answer

    def put_content(self, bucket: str, key: str, content: Content):
        self.write(bucket, key, content, "PUT", f"/{bucket}/{key}", content.data)

    def put(self):
        self.put_content(MAIN, self.own_key(), self.model.content(some_size(self.rng)))

    def shared(self):
        key = f"shared {self.rng.randrange(4)}"
        if self.rng.random() < 0.2:
            self.write(SHARED, key, None, "DELETE", f"/{SHARED}/{key}")
        else:
            self.put_content(SHARED, key, self.model.content(some_size(self.rng)))

    def delete(self):
        key = self.own_key()
        self.write(MAIN, key, None, "DELETE", f"/{MAIN}/{key}")

    def delete_many(self):
        keys = sorted({self.own_key() for _ in range(4)})
        histories = [self.model.key(MAIN, key) for key in keys]
        writes = [history.begin(None) for history in histories]
        body = ("<Delete>" + "".join(f"<Object><Key>{key}</Key></Object>" for key in keys) + "</Delete>").encode()
        answer = self.client.expect(200)("POST", f"/{MAIN}", body, {"delete": None}, {"Content-MD5": content_md5(body)})
        assert not list(answer.xml.iter("Error")), answer.body
        for history, write in zip(histories, writes):
            history.acknowledge(write)
        self.acknowledged += 1

    def copy(self):
        source, target = self.rng.choice([self.own_key(), self.own_upload_key()]), self.own_key()
        content = self.model.key(MAIN, source).known
        if content is None or source == target:
            return
        self.write(MAIN, target, content, "PUT", f"/{MAIN}/{target}", headers={"x-amz-copy-source": f"/{MAIN}/{source}".replace(" ", "%20")})

    def read(self):
        key = self.own_key()
        check_object(self.client, self.model, MAIN, key)

    def upload(self):
        """One step of an upload in parts."""
        mine = [upload for upload in self.model.uploads if upload.key.startswith(f"{self.number}/") and not upload.completing and not upload.aborting]
        if len(mine) < 2:
            return self.begin_upload()
        upload = self.rng.choice(mine)
        there = {number: history.known for number, history in upload.parts.items()}
        if len(there) < 1 or self.rng.random() < 0.4:
            return self.put_part(upload)
        if self.rng.random() < 0.3:
            return self.abort(upload)
        self.complete(upload, there)

    def begin_upload(self):
        key = self.own_upload_key()
        answer = self.client.expect(200)("POST", f"/{MAIN}/{key}", query={"uploads": None})
        self.model.uploads.append(Upload(MAIN, key, answer.text("UploadId")))
        self.acknowledged += 1

    def put_part(self, upload: Upload):
        """The last part may be of any size; the one before it, which few uploads have, is large."""
        number, size = (1, MIN_PART) if self.rng.random() < 0.1 else (2, self.rng.choice([0, 100, 70_000, 300_000]))
        history = upload.parts.setdefault(number, History())
        part = self.model.content(size)
        write = history.begin(part)
        self.client.expect(200)("PUT", f"/{upload.bucket}/{upload.key}", part.data, {"partNumber": number, "uploadId": upload.id})
        history.acknowledge(write)
        self.acknowledged += 1

    def abort(self, upload: Upload):
        upload.aborting = True
        self.client.expect(204)("DELETE", f"/{upload.bucket}/{upload.key}", query={"uploadId": upload.id})
        self.model.uploads.remove(upload)
        self.acknowledged += 1

    def complete(self, upload: Upload, parts: dict):
        parts = {number: part for number, part in parts.items() if part is not None}
        upload.completing = Joined(tuple(part for _, part in sorted(parts.items())))
        history = self.model.key(upload.bucket, upload.key)
        write = history.begin(upload.completing)
        answer = self.client.complete(upload.bucket, upload.key, upload.id, parts)
        assert answer.status == 200 and answer.code is None, (answer.status, answer.body)
        history.acknowledge(write)
        self.model.uploads.remove(upload)
        self.acknowledged += 1

    def scratch(self):
        """A bucket that comes and goes, with an object in it at times."""
        name = f"scratch-{self.number}-{self.rng.randrange(2)}"
        bucket = self.model.bucket(name)
        if not bucket.known:
            return self.change_bucket(bucket, name, True, "PUT")
        held = self.model.keys_in(name)
        full = any(history.known for history in held.values())
        if full:
            key = next(key for key, history in held.items() if history.known)
            if self.rng.random() < 0.2:
                assert self.client.expect(409)("DELETE", f"/{name}").code == "BucketNotEmpty"
            return self.write(name, key, None, "DELETE", f"/{name}/{key}")
        if self.rng.random() < 0.5:
            return self.put_content(name, f"key {self.rng.randrange(3)}", self.model.content(some_size(self.rng)))
        self.change_bucket(bucket, name, None, "DELETE")

    def change_bucket(self, bucket, name: str, outcome, method: str):
        write = bucket.begin(outcome)
        self.client.expect(200, 204)(method, f"/{name}")
        bucket.acknowledge(write)
        self.acknowledged += 1


def check_object(client: Client, model: Model, bucket: str, key: str) -> tuple | None:
    """The object is what it may be, and from now on that. Returns its (size, ETag), or nothing where it does not exist."""
    history = model.key(bucket, key)
    answer = client.expect(200, 404)("GET", f"/{bucket}/{key}")
    if answer.status == 404:
        history.observe(None, f"{bucket}/{key}")
        return None
    for outcome in history.possible:
        if outcome is not None and outcome.size == len(answer.body) and outcome.data == answer.body:
            history.observe(outcome, f"{bucket}/{key}")
            return len(answer.body), answer.etag
    history.observe(f"{len(answer.body)} bytes that are none of them", f"{bucket}/{key}")


class Load:
    """Several workers; a context manager that stops them."""

    def __init__(self, server: Server, model: Model, seed: int):
        for name in (MAIN, SHARED):
            if not model.bucket(name).known:
                Client(server).expect(200)("PUT", f"/{name}")
                bucket = model.bucket(name)
                bucket.acknowledge(bucket.begin(True))
        self.workers = [Worker(server, model, number, seed) for number in range(THREADS)]

    def __enter__(self) -> "Load":
        for worker in self.workers:
            worker.start()
        return self

    def __exit__(self, *_):
        for worker in self.workers:
            worker.stopping.set()
        for worker in self.workers:
            worker.join(120)
            assert not worker.is_alive(), "a request never ended"
        for worker in self.workers:
            if worker.failure is not None:
                raise worker.failure

    @property
    def acknowledged(self) -> int:
        return sum(worker.acknowledged for worker in self.workers)
