import { ApiError } from "../call.ts";

/** An S3 error with the elements that S3 adds to its document, such as the key that is not there. */
export class S3Error extends ApiError {
  readonly details: Readonly<Record<string, string>>;
  /** Headers that go with the error, such as the ETag of a 304. */
  headers: Readonly<Record<string, string | number | undefined>> = {};

  constructor(
    code: string,
    message: string,
    status: number,
    details: Readonly<Record<string, string>> = {},
  ) {
    super(code, message, status);
    this.details = details;
  }
}

// Codes, messages and statuses: S3 API reference, "Error responses".

export const noSuchBucket = (bucket: string): S3Error =>
  new S3Error("NoSuchBucket", "The specified bucket does not exist", 404, { BucketName: bucket });

export const noSuchKey = (key: string): S3Error =>
  new S3Error("NoSuchKey", "The specified key does not exist.", 404, { Key: key });

export const noSuchUpload = (uploadId: string): S3Error =>
  new S3Error(
    "NoSuchUpload",
    "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.",
    404,
    { UploadId: uploadId },
  );

export const preconditionFailed = (condition: string): S3Error =>
  new S3Error(
    "PreconditionFailed",
    "At least one of the pre-conditions you specified did not hold",
    412,
    { Condition: condition },
  );

export const accessDenied = (): S3Error => new S3Error("AccessDenied", "Access Denied", 403);

export const invalidRequest = (message: string): S3Error =>
  new S3Error("InvalidRequest", message, 400);

export const invalidArgument = (message: string, name: string, value: string): S3Error =>
  new S3Error("InvalidArgument", message, 400, { ArgumentName: name, ArgumentValue: value });

export const malformedXml = (): S3Error =>
  new S3Error(
    "MalformedXML",
    "The XML you provided was not well-formed or did not validate against our published schema",
    400,
  );

export const badDigest = (what: string): S3Error =>
  new S3Error("BadDigest", `The ${what} you specified did not match the calculated checksum.`, 400);

export const notImplemented = (name: string): S3Error =>
  new S3Error(
    "NotImplemented",
    "A header or query you provided implies functionality that is not implemented.",
    501,
    { Header: name },
  );
