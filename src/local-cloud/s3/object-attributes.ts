import { sendXml } from "./answer.ts";
import { checksumElement } from "./checksums.ts";
import { requireReadConditions } from "./conditions.ts";
import { requireObject } from "./get-object.ts";
import type { StoredObject } from "./index/object-rows.ts";
import { invalidArgument } from "./s3-error.ts";
import { header, type ObjectStore, type S3Request } from "./s3-request.ts";
import type { XmlMembers } from "./xml.ts";

const attributes = ["ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"] as const;
type Attribute = (typeof attributes)[number];

export function getObjectAttributes(request: S3Request, store: ObjectStore): void {
  const wanted = wantedAttributes(header(request, "x-amz-object-attributes"));
  const object = requireObject(request, store);
  requireReadConditions(request, object);
  const written: Record<Attribute, () => XmlMembers[string]> = {
    // The one place where S3 writes an ETag without quotes.
    ETag: () => object.etag,
    Checksum: () => ({
      // Without the `-PARTS` that GET and HEAD show.
      [checksumElement(object.checksum.algorithm)]: object.checksum.value.replace(/-\d+$/u, ""),
      ChecksumType: object.checksum.type,
    }),
    ObjectParts: () => (object.partCount === 0 ? undefined : describeParts(request, store, object)),
    StorageClass: () => object.headers["x-amz-storage-class"] ?? "STANDARD",
    ObjectSize: () => object.size,
  };
  const members = Object.fromEntries(wanted.map((name) => [name, written[name]()]));
  sendXml(request, "GetObjectAttributesResponse", members, {
    "Last-Modified": new Date(object.modifiedAt).toUTCString(),
  });
}

function wantedAttributes(list: string | undefined): Attribute[] {
  const names = (list ?? "").split(",").map((name) => name.trim());
  const wanted = names.map((name) => attributes.find((attribute) => attribute === name));
  if (wanted.every((name) => name !== undefined)) return wanted;
  throw invalidArgument("Invalid attribute name specified.", "x-amz-object-attributes", list ?? "");
}

/** Parts are listed only where the parts have checksums of their own (S3 API reference, GetObjectAttributes). */
function describeParts(request: S3Request, store: ObjectStore, object: StoredObject): XmlMembers {
  const maxParts = Math.min(1000, Number(header(request, "x-amz-max-parts") ?? 1000) || 1000);
  const marker = Number(header(request, "x-amz-part-number-marker") ?? 0) || 0;
  const found = store.objects.pieceSummaries(object.version, marker, maxParts + 1);
  const shown = found.slice(0, maxParts);
  const described = shown.filter(({ checksum }) => checksum !== undefined);
  return {
    PartsCount: object.partCount,
    PartNumberMarker: marker,
    NextPartNumberMarker: shown.at(-1)?.partNumber ?? 0,
    MaxParts: maxParts,
    IsTruncated: found.length > maxParts,
    Part: described.map((part) => ({
      PartNumber: part.partNumber,
      Size: part.size,
      [checksumElement(object.checksum.algorithm)]: part.checksum,
    })),
  };
}
