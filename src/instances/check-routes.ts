import type { Aws } from "../aws/connect.ts";
import { type AwsEndpoint, type AwsRoute, endpointsOf, routesOf } from "../aws/routes.ts";
import type { AwsSubnet } from "../aws/subnets.ts";
import { isRunctlError } from "../errors.ts";

export interface Routing {
  subnet: Pick<AwsSubnet, "subnetId" | "vpcId" | "givesPublicAddresses">;
  routes: readonly AwsRoute[];
  endpoints: readonly AwsEndpoint[];
}

/**
 * What keeps an instance from reaching S3, to boot, and EC2, to attach its volumes; undefined where nothing is seen to.
 * A warning and no refusal: names and routes may be shared from another account, where this one cannot see them.
 */
export async function warnOfRoutes(aws: Aws, subnet: AwsSubnet): Promise<string | undefined> {
  try {
    const [routes, endpoints] = await Promise.all([
      routesOf(aws, subnet),
      endpointsOf(aws, subnet.vpcId),
    ]);
    return describeNoWay({ subnet, routes, endpoints }, aws.region);
  } catch (error) {
    // Whoever may not look at routes may still launch.
    if (isRunctlError(error, "PERMISSION_DENIED")) return undefined;
    throw error;
  }
}

export function describeNoWay(routing: Routing, region: string): string | undefined {
  const { subnet, routes, endpoints } = routing;
  const { subnetId, vpcId } = subnet;
  const way = defaultRoute(routes);
  // NAT, a transit gateway, a firewall: what stands there is trusted to lead on.
  if (way && !way.target.startsWith("igw-")) return undefined;
  if (way && subnet.givesPublicAddresses) return undefined;

  const missing = ["s3", "ec2"].filter((service) => !hasEndpoint(service, routing, region));
  if (missing.length === 0) return undefined;
  const hasPrivateWays = routes.some(({ target }) => /^(tgw|vgw|pcx|eni)-/.test(target));
  if (!way && hasPrivateWays && endpoints.length === 0) return undefined;
  const why = way
    ? "its internet gateway serves only public addresses, which it does not give to instances"
    : "it has no default route";
  return (
    `an instance in ${subnetId} may not reach ${missing.join(" and ")} and would end itself: ${why}; ` +
    `give ${vpcId} a NAT gateway or endpoints for ${missing.join(" and ")}, or choose another --subnet`
  );
}

function defaultRoute(routes: readonly AwsRoute[]): AwsRoute | undefined {
  return routes.find(({ destination, isActive }) => destination === "0.0.0.0/0" && isActive);
}

/** A gateway endpoint counts where the subnet's table leads to one, an interface endpoint where names lead to it. */
function hasEndpoint(service: string, { endpoints, routes }: Routing, region: string): boolean {
  return endpoints
    .filter((endpoint) => endpoint.service === `com.amazonaws.${region}.${service}`)
    .some(({ type, hasPrivateDns }) =>
      type === "Gateway"
        ? routes.some(({ target, isActive }) => isActive && target.startsWith("vpce-"))
        : hasPrivateDns,
    );
}
