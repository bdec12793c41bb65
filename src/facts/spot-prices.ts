/**
 * Spot prices by zone, US dollars an hour, Linux: for estimates without an account.
 *
 * Source: the price catalog v8 of SkyPilot, made from AWS's price API and spot price history; read 2026-11-23.
 * The catalog names no day of its own: spot prices move, so read DescribeSpotPriceHistory where it matters.
 */
export const spotPricesAsOf = "2026-11-23";

export const spotPricesSource = "SkyPilot catalog v8";

/** Instance type → region → one price for each zone. */
export const spotPrices: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>> = {
  "c5.2xlarge": {
    "us-east-1": [0.1302, 0.1298, 0.139, 0.1526, 0.1415],
    "us-east-2": [0.0932, 0.0989, 0.0906],
    "us-west-2": [0.1478, 0.1405, 0.142, 0.1711],
  },
  "g4dn.xlarge": {
    "us-east-1": [0.2158, 0.2, 0.2039, 0.202, 0.2043],
    "us-east-2": [0.1915, 0.1915, 0.1901],
    "us-west-2": [0.2464, 0.2479, 0.2386],
  },
  "g5.xlarge": {
    "us-east-1": [0.4507, 0.4246, 0.436, 0.4259, 0.4364],
    "us-east-2": [0.377, 0.3943, 0.3841],
    "us-west-2": [0.4857, 0.5134, 0.4829],
  },
  "g6.12xlarge": {
    "us-east-1": [2.0968, 1.9631, 2.0353, 1.7552],
    "us-east-2": [1.5184, 1.7572, 1.6528],
    "us-west-2": [2.3163, 2.5757, 2.4053, 2.3736],
  },
  "p4d.24xlarge": {
    "us-east-1": [2.4655, 8.1915, 8.1203, 7.8799],
    "us-east-2": [6.0374, 6.0965, 21.8535],
    "us-west-2": [7.9992, 8.2259, 9.7315, 8.4794],
  },
  "p4de.24xlarge": {
    "us-east-1": [9.9734, 8.6505],
    "us-west-2": [10.9991, 11.0144, 10.3338],
  },
  "p5.48xlarge": {
    "us-east-1": [55.04, 19.2531, 21.1543, 55.04, 25.7522, 17.6289],
    "us-east-2": [11.2543, 11.5616, 11.9912],
    "us-west-2": [12.6935, 12.9785, 12.9727],
  },
};
