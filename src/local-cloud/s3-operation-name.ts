/** The API's name for a request to S3, as CloudTrail would write it, for logs and observers. */
export function s3OperationName(
  method: string,
  target: { bucket: boolean; key: boolean; query: URLSearchParams; isCopy: boolean },
): string {
  const { bucket, key, query, isCopy } = target;
  if (!bucket) return "ListBuckets";
  const has = (name: string): boolean => query.has(name);
  if (key) {
    switch (method) {
      case "GET":
        if (has("uploadId")) return "ListParts";
        if (has("attributes")) return "GetObjectAttributes";
        return has("tagging") ? "GetObjectTagging" : "GetObject";
      case "HEAD":
        return "HeadObject";
      case "PUT":
        if (has("partNumber")) return isCopy ? "UploadPartCopy" : "UploadPart";
        if (has("tagging")) return "PutObjectTagging";
        return isCopy ? "CopyObject" : "PutObject";
      case "POST":
        return has("uploads") ? "CreateMultipartUpload" : "CompleteMultipartUpload";
      case "DELETE":
        return has("uploadId") ? "AbortMultipartUpload" : "DeleteObject";
      default:
        return `${method} object`;
    }
  }
  const part = subresources.find(([name]) => has(name))?.[1] ?? "";
  switch (method) {
    case "GET":
      if (has("uploads")) return "ListMultipartUploads";
      if (part !== "") return `GetBucket${part}`;
      return query.get("list-type") === "2" ? "ListObjectsV2" : "ListObjects";
    case "HEAD":
      return "HeadBucket";
    case "PUT":
      return part === "" ? "CreateBucket" : `PutBucket${part}`;
    case "POST":
      return has("delete") ? "DeleteObjects" : "PostObject";
    case "DELETE":
      return `DeleteBucket${part}`;
    default:
      return `${method} bucket`;
  }
}

const subresources: ReadonlyArray<readonly [query: string, name: string]> = [
  ["location", "Location"],
  ["policy", "Policy"],
  ["lifecycle", "LifecycleConfiguration"],
  ["publicAccessBlock", "PublicAccessBlock"],
  ["versioning", "Versioning"],
  ["encryption", "Encryption"],
  ["tagging", "Tagging"],
  ["accelerate", "AccelerateConfiguration"],
];
