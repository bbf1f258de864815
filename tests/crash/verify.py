"""After a crash: does a server that was started again show what it promised, and nothing else?"""
import re

from support.server import Server

from .client import Client
from .load import THREADS, check_object
from .model import Lost, Model, Upload

HALF_DELETED = "was being deleted when the server stopped"


def verify(server: Server, model: Model) -> None:
    """Looks at everything; what was in flight is decided afterwards. Raises Lost."""
    client = Client(server)
    names = client.buckets()
    for name, history in list(model.buckets.items()):
        history.observe(True if name in names else None, f"bucket {name}")
    if unknown := names - set(model.buckets):
        raise Lost(f"buckets that nobody made: {unknown}")
    for name in model.buckets:
        verify_bucket(client, model, name, name in names)
    for upload in list(model.uploads):
        verify_upload(client, model, upload)
    remove_unknown_uploads(client, model, names)
    client.close()


def verify_bucket(client: Client, model: Model, name: str, exists: bool) -> None:
    listed = client.objects(name, page=7) if exists else {}
    if unknown := set(listed) - set(model.keys_in(name)):
        raise Lost(f"objects in {name} that nobody wrote: {unknown}")
    for key in model.keys_in(name):
        found = check_object(client, model, name, key)
        if found != listed.get(key):
            raise Lost(f"{name}/{key}: the listing says {listed.get(key)}, GetObject {found}")


def verify_upload(client: Client, model: Model, upload: Upload) -> None:
    there = (upload.key, upload.id) in client.uploads(upload.bucket)
    if upload.aborting:
        if there:
            client.expect(204)("DELETE", f"/{upload.bucket}/{upload.key}", query={"uploadId": upload.id})
        model.uploads.remove(upload)
        return
    done = upload.completing is not None and model.key(upload.bucket, upload.key).known == upload.completing
    if there == done:
        raise Lost(f"the upload {upload.id} of {upload.key} is {'still' if there else 'not'} in progress")
    upload.completing = None
    if done:
        model.uploads.remove(upload)
    else:
        verify_parts(client, upload)


def verify_parts(client: Client, upload: Upload) -> None:
    listed = client.parts(upload.bucket, upload.key, upload.id)
    for number, history in upload.parts.items():
        etag = listed.pop(number, None)
        found = next((part for part in history.possible if (part and part.etag) == etag), f"a part with the ETag {etag}")
        history.observe(found, f"part {number} of the upload {upload.id}")
    if listed:
        raise Lost(f"parts of the upload {upload.id} that nobody sent: {listed}")
    upload.parts = {number: history for number, history in upload.parts.items() if history.known}


def remove_unknown_uploads(client: Client, model: Model, names: set) -> None:
    """Those whose creation was never answered; at most one a worker."""
    known = {(upload.key, upload.id) for upload in model.uploads}
    for name in names:
        unknown = client.uploads(name) - known
        if len(unknown) > THREADS:
            raise Lost(f"uploads that nobody began: {unknown}")
        for key, upload_id in unknown:
            client.expect(204)("DELETE", f"/{name}/{key}", query={"uploadId": upload_id})


def check_folder(server: Server, just_crashed: bool) -> None:
    """`cumulet check` of a folder that no server uses. A bucket's deletion that a crash interrupted is finished by the next start."""
    done = server.run("check")
    wrong = [line for line in done.stdout.splitlines() if line.startswith("wrong: ")]
    if just_crashed:
        wrong = [line for line in wrong if HALF_DELETED not in line]
    if wrong or done.returncode not in ((0, 1) if just_crashed else (0,)) or not re.search(r" blobs?: ", done.stdout):
        raise Lost(f"cumulet check ended with {done.returncode}:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
