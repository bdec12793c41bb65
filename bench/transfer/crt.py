# boto3's transfer manager over the AWS Common Runtime: crt.py download|upload ENDPOINT FILE
import os
import sys

import botocore.session
from botocore.config import Config
from s3transfer import crt

work, endpoint, path = sys.argv[1:]
session = botocore.session.Session()
credentials = crt.BotocoreCRTCredentialsWrapper(session.get_credentials())
client = crt.create_s3_crt_client(
    "us-east-1", credentials.to_crt_credentials_provider(), verify=os.environ["AWS_CA_BUNDLE"]
)
requests = crt.BotocoreCRTRequestSerializer(
    session,
    {"endpoint_url": endpoint, "region_name": "us-east-1", "config": Config(s3={"addressing_style": "path"})},
)
with crt.CRTTransferManager(client, requests) as transfers:
    if work == "download":
        transfers.download("bench", "large", path).result()
    else:
        transfers.upload(path, "uploads", "large").result()
if work == "download":
    os.fsync(os.open(path, os.O_RDWR))
