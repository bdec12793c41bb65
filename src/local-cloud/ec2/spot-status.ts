/** What each status code says: "Spot request status codes" in "Get the status of a Spot Instance request", in our words. */
const messages: Readonly<Record<string, string>> = {
  fulfilled: "Your Spot request is fulfilled.",
  "marked-for-termination": "The Spot Instance is marked for termination.",
  "marked-for-stop": "The Spot Instance is marked for stopping.",
  "instance-terminated-by-user": "The Spot Instance was terminated by its user.",
  "instance-terminated-no-capacity":
    "The Spot Instance was terminated because there is no Spot capacity available.",
  "instance-terminated-launch-failed": "The Spot Instance could not be started.",
  "instance-stopped-by-user": "The Spot Instance was stopped by its user.",
  "instance-stopped-no-capacity":
    "The Spot Instance was stopped because there is no Spot capacity available.",
  "request-canceled-and-instance-running":
    "The Spot request was canceled while its instance is still running.",
  "canceled-before-fulfillment": "The Spot request was canceled before it was fulfilled.",
};

export function statusMessage(code: string): string {
  return messages[code] ?? code;
}
