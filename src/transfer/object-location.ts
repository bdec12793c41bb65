export interface ObjectLocation {
  bucket: string;
  key: string;
  /** Account id; S3 refuses the call when the bucket belongs to another. */
  expectedBucketOwner?: string;
}

export function ownerHeader({
  expectedBucketOwner: owner,
}: Pick<ObjectLocation, "expectedBucketOwner">): Record<string, string> {
  return owner === undefined ? {} : { "x-amz-expected-bucket-owner": owner };
}
