import type {
  CancelSpotInstanceRequestsRequest,
  CancelSpotInstanceRequestsResult,
  DescribeSpotInstanceRequestsRequest,
  DescribeSpotInstanceRequestsResult,
  RunInstancesRequest,
  SpotInstanceRequest,
} from "@aws-sdk/client-ec2";
import { ApiError } from "../call.ts";
import { type Ec2, nowText } from "./ec2.ts";
import { invalidCombination, invalidValue, stopIfDryRun } from "./errors.ts";
import { applyFilters, type FilterFields } from "./filters.ts";
import { checkForm, newId } from "./ids.ts";
import { pageOf } from "./paging.ts";
import type { InstanceRow, SpotRequestRow } from "./rows.ts";
import { instancePrices } from "../../facts/prices.ts";
import { spotUsdPerHour } from "./spot-prices.ts";
import { statusMessage } from "./spot-status.ts";
import { tagsOf, toSdkTags } from "./tags.ts";

export type SpotOptions = Pick<
  SpotRequestRow,
  "type" | "interruptionBehavior" | "maxPriceUsd" | "validUntil"
>;

/** Rules: SpotMarketOptions API page. Undefined: an on-demand launch. */
export function checkSpotOptions(
  ec2: Ec2,
  { InstanceMarketOptions }: RunInstancesRequest,
  pool: { instanceType: string; zone: string },
): SpotOptions | undefined {
  if (!InstanceMarketOptions) return undefined;
  const { MarketType = "spot", SpotOptions: options = {} } = InstanceMarketOptions;
  if (MarketType !== "spot") {
    throw new ApiError(
      "UnsupportedOperation",
      `The market type '${MarketType}' is not offered by the local cloud.`,
    );
  }
  const type = options.SpotInstanceType ?? "one-time";
  const interruptionBehavior = options.InstanceInterruptionBehavior ?? "terminate";
  if (type === "persistent" && interruptionBehavior === "terminate") {
    throw invalidCombination(
      "persistent Spot Instance requests of RunInstances need the interruption behavior stop or hibernate.",
    );
  }
  if (type === "one-time" && interruptionBehavior !== "terminate") {
    throw invalidCombination(
      `The interruption behavior ${interruptionBehavior} needs a persistent Spot Instance request.`,
    );
  }
  if (type === "one-time" && options.ValidUntil) {
    throw invalidCombination("ValidUntil can only be used with persistent Spot Instance requests.");
  }
  if (options.BlockDurationMinutes !== undefined) {
    throw new ApiError("UnsupportedOperation", "Spot blocks are not offered any more.");
  }
  return {
    type,
    interruptionBehavior,
    maxPriceUsd: checkMaxPrice(ec2, options.MaxPrice, pool),
    validUntil: options.ValidUntil?.toISOString(),
  };
}

/** "The Spot price" and the error code SpotMaxPriceTooLow; without a maximum it is the on-demand price. */
function checkMaxPrice(
  ec2: Ec2,
  maxPrice: string | undefined,
  { instanceType, zone }: { instanceType: string; zone: string },
): string | undefined {
  if (maxPrice === undefined || maxPrice === "") return instancePrices[instanceType]?.toFixed(6);
  const price = Number(maxPrice);
  if (!Number.isFinite(price) || price < 0.001) {
    throw invalidValue("maxPrice", maxPrice, "It must be a number of at least 0.001.");
  }
  const current = spotUsdPerHour(instanceType, zone, ec2.clock.now());
  if (current !== undefined && price < current) {
    throw new ApiError(
      "SpotMaxPriceTooLow",
      `Your Spot request price of ${maxPrice} is lower than the minimum required Spot request fulfillment price of ${current}.`,
    );
  }
  return price.toFixed(6);
}

/** The request that RunInstances makes for each spot instance; it is fulfilled at once, or the launch fails. */
export function newSpotRequest(
  ec2: Ec2,
  { instanceId, instanceType, imageId, zone }: InstanceRow,
  options: SpotOptions,
): SpotRequestRow {
  const now = nowText(ec2);
  return {
    ...options,
    spotRequestId: newId("sir").replace("sir-0", "sir-").slice(0, 12),
    instanceId,
    instanceType,
    imageId,
    zone,
    state: "active",
    statusCode: "fulfilled",
    createdAt: now,
    updatedAt: now,
  };
}

/** Moves the request of a spot instance on; no effect for on-demand instances and requests that are over. */
export function updateSpotRequest(
  ec2: Ec2,
  spotRequestId: string | undefined,
  change: Pick<SpotRequestRow, "state" | "statusCode">,
): void {
  const row = spotRequestId === undefined ? undefined : ec2.spotRequests.get(spotRequestId);
  if (!row || row.state === "closed") return;
  // A cancelled request stays cancelled, whatever becomes of its instance.
  const state = row.state === "cancelled" ? "cancelled" : change.state;
  ec2.spotRequests.put(row.spotRequestId, { ...row, ...change, state, updatedAt: nowText(ec2) });
}

/** @throws ApiError InvalidSpotInstanceRequestID.Malformed, InvalidSpotInstanceRequestID.NotFound */
function requireSpotRequest(ec2: Ec2, id: string): SpotRequestRow {
  if (!/^sir-[a-z0-9]{8}$/.test(id)) checkForm("sir", id, "InvalidSpotInstanceRequestID.Malformed");
  const found = ec2.spotRequests.get(id);
  if (!found) {
    throw new ApiError(
      "InvalidSpotInstanceRequestID.NotFound",
      `The spot instance request ID '${id}' does not exist`,
    );
  }
  return found;
}

/** The filters of the DescribeSpotInstanceRequests API page. */
const fields: FilterFields<SpotRequestRow> = {
  "availability-zone": ({ zone }) => zone,
  "create-time": ({ createdAt }) => createdAt,
  "instance-id": ({ instanceId }) => instanceId,
  "launch.image-id": ({ imageId }) => imageId,
  "launch.instance-type": ({ instanceType }) => instanceType,
  "launched-availability-zone": ({ zone }) => zone,
  "product-description": () => "Linux/UNIX",
  "spot-instance-request-id": ({ spotRequestId }) => spotRequestId,
  "spot-price": ({ maxPriceUsd }) => maxPriceUsd,
  state: ({ state }) => state,
  "status-code": ({ statusCode }) => statusCode,
  type: ({ type }) => type,
};

export function describeSpotInstanceRequests(
  ec2: Ec2,
  input: DescribeSpotInstanceRequestsRequest,
): DescribeSpotInstanceRequestsResult {
  const ids = input.SpotInstanceRequestIds ?? [];
  const named =
    ids.length > 0 ? ids.map((id) => requireSpotRequest(ec2, id)) : ec2.spotRequests.all();
  const found = applyFilters(named, input.Filters, fields, ({ spotRequestId }) =>
    tagsOf(ec2, spotRequestId),
  );
  const page = pageOf(found, ({ spotRequestId }) => spotRequestId, input, {
    min: 5,
    max: 1_000,
    hasIds: ids.length > 0,
  });
  stopIfDryRun(input);
  return {
    SpotInstanceRequests: page.rows.map((row) => toSdkRequest(ec2, row)),
    ...(page.NextToken ? { NextToken: page.NextToken } : {}),
  };
}

/** "Cancel a Spot Instance request": its instance goes on running. */
export function cancelSpotInstanceRequests(
  ec2: Ec2,
  input: CancelSpotInstanceRequestsRequest,
): CancelSpotInstanceRequestsResult {
  const rows = (input.SpotInstanceRequestIds ?? []).map((id) => requireSpotRequest(ec2, id));
  stopIfDryRun(input);
  for (const row of rows) {
    if (row.state === "closed" || row.state === "cancelled") continue;
    const isRunning = row.state === "active";
    updateSpotRequest(ec2, row.spotRequestId, {
      state: "cancelled",
      statusCode: isRunning
        ? "request-canceled-and-instance-running"
        : "canceled-before-fulfillment",
    });
  }
  return {
    CancelledSpotInstanceRequests: rows.map(({ spotRequestId }) => ({
      SpotInstanceRequestId: spotRequestId,
      State: ec2.spotRequests.get(spotRequestId)?.state === "closed" ? "closed" : "cancelled",
    })),
  };
}

function toSdkRequest(ec2: Ec2, row: SpotRequestRow): SpotInstanceRequest {
  return {
    SpotInstanceRequestId: row.spotRequestId,
    InstanceId: row.instanceId,
    InstanceInterruptionBehavior: row.interruptionBehavior,
    LaunchedAvailabilityZone: row.zone,
    LaunchSpecification: {
      ImageId: row.imageId,
      InstanceType: row.instanceType as NonNullable<
        SpotInstanceRequest["LaunchSpecification"]
      >["InstanceType"],
      Placement: { AvailabilityZone: row.zone },
    },
    ProductDescription: "Linux/UNIX",
    SpotPrice: row.maxPriceUsd,
    State: row.state,
    Status: {
      Code: row.statusCode,
      Message: statusMessage(row.statusCode),
      UpdateTime: new Date(row.updatedAt),
    },
    Type: row.type,
    CreateTime: new Date(row.createdAt),
    ...(row.validUntil ? { ValidUntil: new Date(row.validUntil) } : {}),
    Tags: toSdkTags(tagsOf(ec2, row.spotRequestId)),
  };
}
