// What a user of minio-js does, one function a task: node minio_tour.cjs TASK ENDPOINT BUCKET [FILE...].
// CUMULET_JS names the folder that holds node_modules. The last line printed is a JSON value for the test.
"use strict";
const { createRequire } = require("node:module");
const fs = require("node:fs");
const { text } = require("node:stream/consumers");
const Minio = createRequire(process.env.CUMULET_JS + "/")("minio");

const code = (call) => call.then(() => "no error", (error) => error.code);

const collect = (stream, pick) => new Promise((resolve, reject) => {
  const found = [];
  stream.on("data", (item) => found.push(pick(item))).on("error", reject).on("end", () => resolve(found));
});

const tasks = {
  async buckets(client, bucket) {
    await client.makeBucket(bucket, "us-east-1");
    const listed = (await client.listBuckets()).some((each) => each.name === bucket);
    const before = await client.bucketExists(bucket);
    await client.removeBucket(bucket);
    return { listed, before, after: await client.bucketExists(bucket) };
  },

  async objects(client, bucket) {
    const key = "ü/ + &.txt";
    await client.putObject(bucket, key, "hello", 5, { "Content-Type": "text/x-test", "X-Amz-Meta-Colour": "blue" });
    const stat = await client.statObject(bucket, key);
    return {
      body: await text(await client.getObject(bucket, key)), part: await text(await client.getPartialObject(bucket, key, 1, 3)),
      size: stat.size, type: stat.metaData["content-type"], colour: stat.metaData.colour,
    };
  },

  async files(client, bucket, source, target) {
    await client.fPutObject(bucket, "big", source, {});
    await client.fGetObject(bucket, "big", target);
    return (await client.statObject(bucket, "big")).etag;
  },

  // A stream of unknown length.
  async stream(client, bucket, source) {
    await client.putObject(bucket, "streamed", fs.createReadStream(source));
  },

  async list(client, bucket) {
    const v2 = await collect(client.listObjectsV2(bucket, "", true), (item) => item.name);
    const v1 = await collect(client.listObjects(bucket, "", true), (item) => item.name);
    const folders = await collect(client.listObjectsV2(bucket, "", false), (item) => item.prefix ?? item.name);
    await client.removeObjects(bucket, v2.filter((name) => name.startsWith("d/")));
    return { v1, v2, folders };
  },

  async presigned(client, bucket) {
    const put = await fetch(await client.presignedPutObject(bucket, "given +", 600), { method: "PUT", body: "given by a guest" });
    const got = await fetch(await client.presignedGetObject(bucket, "given +", 600));
    const policy = client.newPostPolicy();
    policy.setBucket(bucket);
    policy.setKey("form");
    policy.setExpires(new Date(Date.now() + 600e3));
    policy.setContentLengthRange(1, 100);
    const { postURL, formData } = await client.presignedPostPolicy(policy);
    const form = new FormData();
    for (const [name, value] of Object.entries(formData)) form.append(name, value);
    form.append("file", new Blob(["from a form"]), "photo.txt");
    const posted = await fetch(postURL, { method: "POST", body: form });
    return { put: put.status, body: await got.text(), posted: posted.status };
  },

  async errors(client, bucket) {
    await client.putObject(bucket, "full", "x");
    return [await code(client.getObject(bucket, "none")), await code(client.removeBucket(bucket)), await code(client.putObject(bucket + "-none", "k", "x"))];
  },
};

function make(endpoint) {
  const url = new URL(endpoint);
  return new Minio.Client({ endPoint: url.hostname, port: Number(url.port), useSSL: url.protocol === "https:", region: "us-east-1",
    accessKey: process.env.AWS_ACCESS_KEY_ID, secretKey: process.env.AWS_SECRET_ACCESS_KEY });
}

async function main([task, endpoint, ...rest]) {
  console.log(JSON.stringify((await tasks[task](make(endpoint), ...rest)) ?? null));
}

main(process.argv.slice(2)).catch((error) => { console.error(error); process.exit(1); });
