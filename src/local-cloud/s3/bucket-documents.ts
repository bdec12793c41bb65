import { sendEmpty, sendText, sendXml } from "./answer.ts";
import { readSmallBody } from "./body/small-body.ts";
import type { Route } from "./route.ts";
import { S3Error } from "./s3-error.ts";
import type { ObjectStore, S3Operation, S3Request } from "./s3-request.ts";
import { parseRequestXml, xmlDocument, type XmlMembers } from "./xml.ts";

/** A document that hangs on a bucket: stored as it was sent, and returned. */
interface DocumentKind {
  /** Of the query: `?lifecycle`. */
  name: string;
  /** What follows `s3:Get` and `s3:Put`. */
  permission: string;
  /** Where DELETE has a permission of its own instead of that of PUT. */
  deletePermission?: string;
  /** The root element; undefined: JSON. */
  root?: string;
  /** What GET answers before anything was put. */
  absent: { code: string; message: string } | XmlMembers;
}

// Permissions: service authorization reference, "Actions, resources, and condition keys for Amazon S3".
const kinds: readonly DocumentKind[] = [
  {
    name: "publicAccessBlock",
    permission: "BucketPublicAccessBlock",
    root: "PublicAccessBlockConfiguration",
    // Every new bucket blocks public access (S3 user guide, "Blocking public access").
    absent: {
      BlockPublicAcls: true,
      IgnorePublicAcls: true,
      BlockPublicPolicy: true,
      RestrictPublicBuckets: true,
    },
  },
  {
    name: "lifecycle",
    permission: "LifecycleConfiguration",
    root: "LifecycleConfiguration",
    absent: {
      code: "NoSuchLifecycleConfiguration",
      message: "The lifecycle configuration does not exist",
    },
  },
  {
    name: "policy",
    permission: "BucketPolicy",
    deletePermission: "s3:DeleteBucketPolicy",
    absent: { code: "NoSuchBucketPolicy", message: "The bucket policy does not exist" },
  },
  {
    name: "tagging",
    permission: "BucketTagging",
    root: "Tagging",
    absent: { code: "NoSuchTagSet", message: "The TagSet does not exist" },
  },
  {
    name: "encryption",
    permission: "EncryptionConfiguration",
    root: "ServerSideEncryptionConfiguration",
    absent: {
      Rule: {
        ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" },
        BucketKeyEnabled: false,
      },
    },
  },
  {
    name: "ownershipControls",
    permission: "BucketOwnershipControls",
    root: "OwnershipControls",
    absent: { Rule: { ObjectOwnership: "BucketOwnerEnforced" } },
  },
];

/** GET, PUT and DELETE of each kind, and the sub-resources that can only be read. */
export const documentRoutes: readonly Route[] = [
  ...kinds.flatMap((kind) => routesOf(kind)),
  readOnly("location", "s3:GetBucketLocation", (request, store) =>
    // us-east-1 is told by an empty element.
    sendLocation(request, store.region === "us-east-1" ? "" : store.region),
  ),
  readOnly("versioning", "s3:GetBucketVersioning", (request) =>
    sendXml(request, "VersioningConfiguration", {}),
  ),
  readOnly("accelerate", "s3:GetAccelerateConfiguration", (request) =>
    sendXml(request, "AccelerateConfiguration", {}),
  ),
  readOnly("policyStatus", "s3:GetBucketPolicyStatus", (request, store) => {
    requireDocument(request, store, "policy");
    sendXml(request, "PolicyStatus", { IsPublic: false });
  }),
];

function readOnly(name: string, action: string, run: S3Operation): Route {
  return { level: "bucket", method: "GET", query: [name], actions: [action], run };
}

function routesOf(kind: DocumentKind): Route[] {
  const { name, permission } = kind;
  const common = { level: "bucket", query: [name] } as const;
  return [
    { ...common, method: "GET", actions: [`s3:Get${permission}`], run: reader(kind) },
    { ...common, method: "PUT", actions: [`s3:Put${permission}`], run: putter(kind) },
    {
      ...common,
      method: "DELETE",
      actions: [kind.deletePermission ?? `s3:Put${permission}`],
      run: async (request, store) => {
        await store.database.write(() => store.buckets.setDocument(request.bucket, name, removed));
        sendEmpty(request, 204);
      },
    },
  ];
}

/** Stored in place of a document that was deleted, so that the default of a new bucket does not come back. */
const removed = "";

function reader({ name, root, absent }: DocumentKind): S3Operation {
  return (request, store) => {
    const stored = store.buckets.document(request.bucket, name);
    if (stored) {
      sendText(request, root === undefined ? "application/json" : "application/xml", stored);
      return;
    }
    if (root !== undefined && stored === undefined && !isError(absent)) {
      sendText(request, "application/xml", xmlDocument(root, absent));
      return;
    }
    throw absentError(request.bucket, name, absent);
  };
}

function requireDocument(request: S3Request, store: ObjectStore, name: string): void {
  if (store.buckets.document(request.bucket, name)) return;
  const kind = kinds.find((candidate) => candidate.name === name)!;
  throw absentError(request.bucket, name, kind.absent);
}

function isError(absent: DocumentKind["absent"]): absent is { code: string; message: string } {
  return "code" in absent;
}

function absentError(bucket: string, name: string, absent: DocumentKind["absent"]): S3Error {
  if (isError(absent)) return new S3Error(absent.code, absent.message, 404, { BucketName: bucket });
  const [code, message] = codesOfDeleted[name] ?? ["NoSuchConfiguration", "It does not exist"];
  return new S3Error(code, message, 404, { BucketName: bucket });
}

const codesOfDeleted: Readonly<Record<string, readonly [code: string, message: string]>> = {
  publicAccessBlock: [
    "NoSuchPublicAccessBlockConfiguration",
    "The public access block configuration was not found",
  ],
  encryption: [
    "ServerSideEncryptionConfigurationNotFoundError",
    "The server side encryption configuration was not found",
  ],
  ownershipControls: [
    "OwnershipControlsNotFoundError",
    "The bucket ownership controls were not found",
  ],
};

function putter({ name, root }: DocumentKind): S3Operation {
  return async (request, store) => {
    const body = (await readSmallBody(request)).toString("utf8");
    if (root === undefined) requireJson(body);
    else parseRequestXml(body, root);
    await store.database.write(() => store.buckets.setDocument(request.bucket, name, body));
    sendEmpty(request, name === "policy" || name === "tagging" ? 204 : 200);
  };
}

function requireJson(body: string): void {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === "object" && parsed !== null && "Statement" in parsed) return;
  } catch {
    // Not JSON: answered like JSON that is no policy.
  }
  throw new S3Error(
    "MalformedPolicy",
    "Policies must be valid JSON and the first byte must be '{'",
    400,
  );
}

/** The text stands in the root element itself, which no other answer does. */
function sendLocation(request: S3Request, region: string): void {
  const empty = xmlDocument("LocationConstraint", {});
  sendText(request, "application/xml", empty.replace("></", `>${region}</`));
}
