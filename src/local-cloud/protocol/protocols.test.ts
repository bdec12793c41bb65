import assert from "node:assert/strict";
import { test } from "node:test";
import * as ec2 from "@aws-sdk/client-ec2";
import * as iam from "@aws-sdk/client-iam";
import * as ssm from "@aws-sdk/client-ssm";
import { ApiError } from "../call.ts";
import { operationSchemas } from "./api-schemas.ts";
import { iamQuery } from "./aws-query.ts";
import { ec2Query } from "./ec2-query.ts";
import { json } from "./json.ts";
import type { Protocol, WireRequest } from "./protocol.ts";

function form(parameters: Readonly<Record<string, string>>): WireRequest {
  const body = Buffer.from(new URLSearchParams(parameters).toString());
  return { method: "POST", query: new URLSearchParams(), headers: {}, body };
}

function read(
  protocol: Protocol,
  sdk: Readonly<Record<string, unknown>>,
  action: string,
  request: WireRequest,
): unknown {
  const schema = operationSchemas(sdk)(action);
  assert.ok(schema, `the SDK has no schema of ${action}`);
  return protocol.input(request, schema.input);
}

const launch = { MinCount: "1", MaxCount: "2" };

test("EC2 Query: nested structures, lists, numbers, booleans and bytes come out typed", () => {
  const request = form({
    Action: "RunInstances",
    Version: "2016-11-15",
    ...launch,
    EbsOptimized: "true",
    UserData: Buffer.from("#!/bin/sh").toString("base64"),
    "BlockDeviceMapping.1.DeviceName": "/dev/xvda",
    "BlockDeviceMapping.1.Ebs.VolumeSize": "8",
    "TagSpecification.1.ResourceType": "instance",
    "TagSpecification.1.Tag.2.Key": "b",
    "TagSpecification.1.Tag.1.Key": "a",
    "InstanceMarketOptions.SpotOptions.ValidUntil": "2026-01-31T12:00:00Z",
  });
  assert.deepEqual(read(ec2Query, ec2, "RunInstances", request), {
    MinCount: 1,
    MaxCount: 2,
    EbsOptimized: true,
    UserData: Buffer.from("#!/bin/sh").toString("base64"),
    BlockDeviceMappings: [{ DeviceName: "/dev/xvda", Ebs: { VolumeSize: 8 } }],
    TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: "a" }, { Key: "b" }] }],
    InstanceMarketOptions: { SpotOptions: { ValidUntil: new Date("2026-01-31T12:00:00Z") } },
  });
});

for (const [name, parameters, code, message] of [
  ["a missing parameter", { MinCount: "1" }, "MissingParameter", /MaxCount$/],
  ["an unknown parameter", { ...launch, Colour: "x" }, "UnknownParameter", /Colour/],
  [
    "an unknown nested one",
    { ...launch, "Placement.Planet": "x" },
    "UnknownParameter",
    /Placement\.Planet/,
  ],
  [
    "a list without numbers",
    { ...launch, "BlockDeviceMapping.x": "1" },
    "UnknownParameter",
    /BlockDeviceMapping\.x/,
  ],
  [
    "a number that is none",
    { ...launch, MinCount: "one" },
    "InvalidParameterValue",
    /'one' for MinCount/,
  ],
  ["an empty number", { ...launch, MinCount: "" }, "InvalidParameterValue", /MinCount/],
  [
    "a boolean that is none",
    { ...launch, EbsOptimized: "maybe" },
    "InvalidParameterValue",
    /EbsOptimized/,
  ],
  ["members of a plain value", { ...launch, "ImageId.1": "x" }, "UnknownParameter", /ImageId\.1/],
] as ReadonlyArray<readonly [string, Record<string, string>, string, RegExp]>) {
  test(`EC2 Query: ${name} is refused by its name`, () => {
    assert.throws(() => read(ec2Query, ec2, "RunInstances", form(parameters)), { code, message });
  });
}

test("EC2 Query: a prototype's member is an unknown parameter, not a way in", () => {
  const request = form({ ...launch, "__proto__.x": "1" });
  assert.throws(() => read(ec2Query, ec2, "RunInstances", request), { code: "UnknownParameter" });
});

test("EC2 Query: a call may leave its client token out", () => {
  const request = form({ SourceVolumeId: "vol-1" });
  assert.deepEqual(read(ec2Query, ec2, "CopyVolumes", request), { SourceVolumeId: "vol-1" });
});

test("EC2 Query: answers are escaped and lists are wrapped in items", () => {
  const schema = operationSchemas(ec2)("DescribeVolumes")!;
  const output = {
    Volumes: [{ VolumeId: "vol-1", Tags: [{ Key: "a&b", Value: "<c>" }], Encrypted: false }],
  };
  const { body, status } = ec2Query.answer("DescribeVolumes", schema.output, output, "r-1");
  assert.equal(status, 200);
  assert.ok(body.includes("<requestId>r-1</requestId>"));
  assert.match(body, /<volumeSet><item>.*<volumeId>vol-1<\/volumeId>.*<\/item><\/volumeSet>/);
  assert.match(body, /<item><key>a&amp;b<\/key><value>&lt;c&gt;<\/value><\/item>/);
});

test("awsQuery: lists are members, and answers stand in a result", () => {
  const request = form({
    RoleName: "r",
    "Tags.member.1.Key": "k",
    "Tags.member.1.Value": "v",
  });
  const input = read(iamQuery, iam, "TagRole", request);
  assert.deepEqual(input, { RoleName: "r", Tags: [{ Key: "k", Value: "v" }] });

  const schema = operationSchemas(iam)("ListRolePolicies")!;
  const output = { PolicyNames: ["a", "b"], IsTruncated: false };
  const { body } = iamQuery.answer("ListRolePolicies", schema.output, output, "r-1");
  assert.match(
    body,
    /<ListRolePoliciesResult><PolicyNames><member>a<\/member><member>b<\/member><\/PolicyNames>/,
  );
});

const jsonRequest = (body: unknown): WireRequest => ({
  method: "POST",
  query: new URLSearchParams(),
  headers: { "x-amz-target": "AmazonSSM.GetParameters" },
  body: Buffer.from(JSON.stringify(body)),
});

const readJson = (body: unknown): unknown => read(json, ssm, "GetParameters", jsonRequest(body));

test("JSON: types are checked like in the other protocols", () => {
  assert.deepEqual(readJson({ Names: ["/a"], WithDecryption: true }), {
    Names: ["/a"],
    WithDecryption: true,
  });
  assert.throws(() => readJson({}), { code: "MissingParameter", message: /Names/ });
  assert.throws(() => readJson({ Names: "/a" }), { code: "InvalidParameterValue" });
  assert.throws(() => readJson({ Names: [1] }), { code: "InvalidParameterValue" });
  assert.throws(() => readJson({ Names: [], Colour: 1 }), { code: "UnknownParameter" });
});

test("JSON: times are seconds", () => {
  const schema = operationSchemas(ssm)("GetParameter")!;
  const output = { Parameter: { Name: "/a", LastModifiedDate: new Date(1_500) } };
  const { body } = json.answer("GetParameter", schema.output, output, "r-1");
  assert.deepEqual(JSON.parse(body), { Parameter: { Name: "/a", LastModifiedDate: 1.5 } });
});

test("each protocol writes an error in its own form", () => {
  const error = new ApiError("Some.Code", "a < b", 400);
  assert.match(
    ec2Query.error(error, "r-1").body,
    /<Response><Errors><Error><Code>Some\.Code<\/Code><Message>a &lt; b<\/Message><\/Error><\/Errors><RequestID>r-1</,
  );
  assert.match(iamQuery.error(error, "r-1").body, /<ErrorResponse .*<Type>Sender<\/Type>/);
  assert.deepEqual(JSON.parse(json.error(error, "r-1").body), {
    __type: "Some.Code",
    message: "a < b",
  });
});

test("the SDK's schemas are as this room reads them", () => {
  const schemaOf = operationSchemas(ec2);
  assert.equal(schemaOf("NoSuchAction"), undefined);
  assert.equal(schemaOf("constructor"), undefined);
  assert.throws(() => ec2Query.input(form({}), schemaOf("AttachVolume")!.input), {
    code: "MissingParameter",
  });
});
