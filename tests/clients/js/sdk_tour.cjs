// What a user of AWS's JavaScript SDK does, one function a task: node sdk_tour.cjs TASK ENDPOINT BUCKET [FILE...].
// CUMULET_JS names the folder that holds node_modules. The last line printed is a JSON value for the test.
"use strict";
const { createRequire } = require("node:module");
const fs = require("node:fs");
const { Readable } = require("node:stream");
const { pipeline } = require("node:stream/promises");
const load = createRequire(process.env.CUMULET_JS + "/");
const s3 = load("@aws-sdk/client-s3");
const { Upload } = load("@aws-sdk/lib-storage");
const { getSignedUrl } = load("@aws-sdk/s3-request-presigner");

const code = (call) => call.then(() => "no error", (error) => error.name);

const tasks = {
  async buckets(client, Bucket) {
    await client.send(new s3.CreateBucketCommand({ Bucket }));
    await s3.waitUntilBucketExists({ client, maxWaitTime: 10 }, { Bucket });
    const { Buckets } = await client.send(new s3.ListBucketsCommand({}));
    await client.send(new s3.DeleteBucketCommand({ Bucket }));
    return { listed: Buckets.some((each) => each.Name === Bucket), after: await code(client.send(new s3.HeadBucketCommand({ Bucket }))) };
  },

  async objects(client, Bucket) {
    const Key = "ü/ + &?.txt";
    const put = await client.send(new s3.PutObjectCommand({ Bucket, Key, Body: "hello", Metadata: { colour: "blue" }, ContentType: "text/x-test" }));
    const got = await client.send(new s3.GetObjectCommand({ Bucket, Key }));
    const part = await client.send(new s3.GetObjectCommand({ Bucket, Key, Range: "bytes=1-3" }));
    await client.send(new s3.CopyObjectCommand({ Bucket, Key: "copied", CopySource: encodeURIComponent(`${Bucket}/${Key}`) }));
    return {
      body: await got.Body.transformToString(), part: await part.Body.transformToString(), metadata: got.Metadata, type: got.ContentType,
      checksums: Object.keys(put).filter((name) => name.startsWith("Checksum") && name !== "ChecksumType"),
      again: await code(client.send(new s3.PutObjectCommand({ Bucket, Key, Body: "other", IfNoneMatch: "*" }))),
    };
  },

  // A stream of known length: its CRC goes as a trailer.
  async stream(client, Bucket, source, target) {
    const ContentLength = fs.statSync(source).size;
    await client.send(new s3.PutObjectCommand({ Bucket, Key: "streamed", Body: fs.createReadStream(source), ContentLength }));
    const got = await client.send(new s3.GetObjectCommand({ Bucket, Key: "streamed" }));
    await pipeline(got.Body, fs.createWriteStream(target));
  },

  // A stream of unknown length, in parts.
  async upload(client, Bucket, source) {
    let reports = 0;
    const upload = new Upload({ client, params: { Bucket, Key: "big", Body: Readable.from(fs.createReadStream(source)) }, queueSize: 3 });
    upload.on("httpUploadProgress", () => { reports += 1; });
    const done = await upload.done();
    return { etag: done.ETag, reports };
  },

  async checksums(client, Bucket) {
    const found = {};
    for (const ChecksumAlgorithm of ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"]) {
      await client.send(new s3.PutObjectCommand({ Bucket, Key: ChecksumAlgorithm, Body: "checked", ChecksumAlgorithm }));
      const head = await client.send(new s3.HeadObjectCommand({ Bucket, Key: ChecksumAlgorithm, ChecksumMode: "ENABLED" }));
      found[ChecksumAlgorithm] = head["Checksum" + ChecksumAlgorithm];
    }
    return found;
  },

  async pages(client, Bucket) {
    const keys = [];
    for await (const page of s3.paginateListObjectsV2({ client, pageSize: 7 }, { Bucket })) keys.push(...(page.Contents ?? []).map((each) => each.Key));
    const { CommonPrefixes } = await client.send(new s3.ListObjectsV2Command({ Bucket, Delimiter: "/" }));
    const { Deleted } = await client.send(new s3.DeleteObjectsCommand({ Bucket, Delete: { Objects: keys.map((Key) => ({ Key })) } }));
    return { keys, folders: CommonPrefixes.map((each) => each.Prefix), deleted: Deleted.length };
  },

  async presigned(client, Bucket) {
    const target = await getSignedUrl(client, new s3.PutObjectCommand({ Bucket, Key: "given +" }), { expiresIn: 600 });
    const put = await fetch(target, { method: "PUT", body: "given by a guest" });
    const url = await getSignedUrl(client, new s3.GetObjectCommand({ Bucket, Key: "given +" }), { expiresIn: 600 });
    const got = await fetch(url);
    return { put: put.status, body: await got.text() };
  },

  async errors(client, Bucket) {
    await client.send(new s3.PutObjectCommand({ Bucket, Key: "full", Body: "x" }));
    const wrong = make(process.argv[3], { credentials: { accessKeyId: process.env.AWS_ACCESS_KEY_ID, secretAccessKey: "wrong" } });
    return [await code(client.send(new s3.GetObjectCommand({ Bucket, Key: "none" }))),
      await code(client.send(new s3.ListObjectsV2Command({ Bucket: Bucket + "-none" }))),
      await code(client.send(new s3.DeleteBucketCommand({ Bucket }))), await code(wrong.send(new s3.ListBucketsCommand({})))];
  },
};

function make(endpoint, more = {}) {
  return new s3.S3Client({ endpoint, region: "us-east-1", forcePathStyle: true, maxAttempts: 1, ...more });
}

async function main([task, endpoint, ...rest]) {
  console.log(JSON.stringify((await tasks[task](make(endpoint), ...rest)) ?? null));
}

main(process.argv.slice(2)).catch((error) => { console.error(error); process.exit(1); });
