import type {
  DescribeInstancesRequest,
  DescribeInstancesResult,
  DescribeInstanceStatusRequest,
  DescribeInstanceStatusResult,
  InstanceStatusSummary,
  Reservation,
} from "@aws-sdk/client-ec2";
import type { Ec2 } from "./ec2.ts";
import { stopIfDryRun } from "./errors.ts";
import { applyFilters, type FilterFields, trueOrFalse } from "./filters.ts";
import { requireTypeFacts } from "./instance-types.ts";
import {
  isVisible,
  privateDnsName,
  requireInstance,
  stateCode,
  toSdkInstance,
  toSdkState,
} from "./instances.ts";
import { networkOf } from "./network.ts";
import { pageOf } from "./paging.ts";
import type { InstanceRow } from "./rows.ts";
import { tagsOf } from "./tags.ts";
import { attachmentsOf } from "./volumes.ts";
import { zoneIdOf } from "./zones.ts";

/** The filters of the DescribeInstances API page that this cloud's instances can answer. */
function fieldsOf(ec2: Ec2): FilterFields<InstanceRow> {
  const attached = ({ instanceId }: InstanceRow) => attachmentsOf(ec2, instanceId);
  return {
    architecture: ({ instanceType }) => requireTypeFacts(instanceType).architecture,
    "availability-zone": ({ zone }) => zone,
    "availability-zone-id": ({ zone }) => zoneIdOf(ec2.region, zone),
    "block-device-mapping.attach-time": (row) =>
      attached(row).map((one) => one.attachment.attachedAt),
    "block-device-mapping.delete-on-termination": (row) =>
      attached(row).map((one) => trueOrFalse(one.attachment.deleteOnTermination)),
    "block-device-mapping.device-name": (row) => attached(row).map((one) => one.attachment.device),
    "block-device-mapping.status": (row) => attached(row).map((one) => one.attachment.state),
    "block-device-mapping.volume-id": (row) => attached(row).map((one) => one.volume.volumeId),
    "client-token": ({ clientToken }) => clientToken,
    hypervisor: () => "xen",
    "iam-instance-profile.arn": ({ profileName }) =>
      profileName && ec2.profiles.find(profileName)?.arn,
    "iam-instance-profile.name": ({ profileName }) => profileName,
    "image-id": ({ imageId }) => imageId,
    "instance-id": ({ instanceId }) => instanceId,
    "instance-lifecycle": ({ lifecycle }) => (lifecycle === "spot" ? "spot" : undefined),
    "instance-state-code": ({ state }) => stateCode(state),
    "instance-state-name": ({ state }) => state,
    "instance-type": ({ instanceType }) => instanceType,
    "instance.group-id": ({ securityGroupIds }) => securityGroupIds,
    "instance.group-name": () => "default",
    "launch-index": ({ launchIndex }) => String(launchIndex),
    "launch-time": ({ launchedAt }) => launchedAt,
    "metadata-options.http-endpoint": ({ metadata }) => metadata.httpEndpoint,
    "metadata-options.http-tokens": ({ metadata }) => metadata.httpTokens,
    "metadata-options.http-put-response-hop-limit": ({ metadata }) => String(metadata.hopLimit),
    "metadata-options.instance-metadata-tags": ({ metadata }) => metadata.instanceTags,
    "monitoring-state": () => "disabled",
    "owner-id": () => ec2.accountId,
    "private-dns-name": (row) => privateDnsName(ec2, row),
    "private-ip-address": ({ privateIp }) => privateIp,
    "requester-id": () => undefined,
    "reservation-id": ({ reservationId }) => reservationId,
    "root-device-name": ({ rootDeviceName }) => rootDeviceName,
    "root-device-type": () => "ebs",
    "spot-instance-request-id": ({ spotRequestId }) => spotRequestId,
    "state-reason-code": ({ reason }) => reason?.code,
    "state-reason-message": ({ reason }) => reason?.message,
    "subnet-id": ({ subnetId }) => subnetId,
    tenancy: () => "default",
    "virtualization-type": () => "hvm",
    "vpc-id": () => networkOf(ec2).vpcId,
  };
}

export function describeInstances(
  ec2: Ec2,
  input: DescribeInstancesRequest,
): DescribeInstancesResult {
  const found = applyFilters(
    namedInstances(ec2, input.InstanceIds),
    input.Filters,
    fieldsOf(ec2),
    ({ instanceId }) => tagsOf(ec2, instanceId),
  );
  const page = pageOf(found, ({ instanceId }) => instanceId, input, {
    min: 5,
    max: 1_000,
    hasIds: Boolean(input.InstanceIds?.length),
  });
  stopIfDryRun(input);
  return {
    Reservations: reservationsOf(ec2, page.rows),
    ...(page.NextToken ? { NextToken: page.NextToken } : {}),
  };
}

function namedInstances(ec2: Ec2, ids: readonly string[] | undefined): readonly InstanceRow[] {
  if (ids?.length) return [...new Set(ids)].map((id) => requireInstance(ec2, id));
  return ec2.instances.all().filter((row) => isVisible(ec2, row));
}

function reservationsOf(ec2: Ec2, rows: readonly InstanceRow[]): Reservation[] {
  const byReservation = Map.groupBy(rows, ({ reservationId }) => reservationId);
  return [...byReservation].map(([ReservationId, members]) => ({
    ReservationId,
    OwnerId: ec2.accountId,
    Groups: [],
    Instances: members.map((row) => toSdkInstance(ec2, row)),
  }));
}

/** "Status checks for your instances". Only running instances, unless all are asked for (DescribeInstanceStatus API page). */
export function describeInstanceStatus(
  ec2: Ec2,
  input: DescribeInstanceStatusRequest,
): DescribeInstanceStatusResult {
  const wanted = namedInstances(ec2, input.InstanceIds).filter(
    ({ state }) => state === "running" || (input.IncludeAllInstances ?? false),
  );
  const found = applyFilters(wanted, input.Filters, {
    "availability-zone": ({ zone }) => zone,
    "availability-zone-id": ({ zone }) => zoneIdOf(ec2.region, zone),
    "instance-state-code": ({ state }) => stateCode(state),
    "instance-state-name": ({ state }) => state,
    "instance-status.reachability": reachability,
    "instance-status.status": statusOf,
    "system-status.reachability": reachability,
    "system-status.status": statusOf,
  });
  const page = pageOf(found, ({ instanceId }) => instanceId, input, {
    min: 5,
    max: 1_000,
    hasIds: Boolean(input.InstanceIds?.length),
  });
  stopIfDryRun(input);
  return {
    InstanceStatuses: page.rows.map((row) => ({
      InstanceId: row.instanceId,
      AvailabilityZone: row.zone,
      AvailabilityZoneId: zoneIdOf(ec2.region, row.zone),
      InstanceState: toSdkState(row.state),
      InstanceStatus: summaryOf(row),
      SystemStatus: summaryOf(row),
      Operator: { Managed: false },
    })),
    ...(page.NextToken ? { NextToken: page.NextToken } : {}),
  };
}

function statusOf({ state }: InstanceRow): "ok" | "not-applicable" {
  return state === "running" ? "ok" : "not-applicable";
}

function reachability({ state }: InstanceRow): "passed" | undefined {
  return state === "running" ? "passed" : undefined;
}

function summaryOf(row: InstanceRow): InstanceStatusSummary {
  const Status = statusOf(row);
  if (Status !== "ok") return { Status };
  return { Status, Details: [{ Name: "reachability", Status: "passed" }] };
}
