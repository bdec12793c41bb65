"""What a person does with boto3. Usage: boto3-client.py DIRECTORY, with `data` in it; what comes back goes to `back`."""

import concurrent.futures
import os
import pathlib
import sys
import urllib.request

import boto3
from botocore.exceptions import ClientError

directory = pathlib.Path(sys.argv[1])
soon = {"Delay": 0.2, "MaxAttempts": 200}


def compute():
    ec2 = boto3.resource("ec2")
    client = boto3.client("ec2")
    wait = lambda state, **ids: client.get_waiter(state).wait(**ids, WaiterConfig=soon)

    tags = [{"Key": "Name", "Value": "made by boto3"}]
    volume = ec2.create_volume(
        AvailabilityZone="us-east-1a",
        Size=1,
        VolumeType="gp3",
        TagSpecifications=[{"ResourceType": "volume", "Tags": tags}],
    )
    name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
    image = boto3.client("ssm").get_parameter(Name=name)["Parameter"]["Value"]
    [instance] = ec2.create_instances(
        ImageId=image,
        InstanceType="c5.2xlarge",
        MinCount=1,
        MaxCount=1,
        Placement={"AvailabilityZone": "us-east-1a"},
    )
    wait("instance_running", InstanceIds=[instance.id])
    wait("volume_available", VolumeIds=[volume.id])
    volume.reload()
    assert volume.tags == tags, volume.tags

    instance.attach_volume(VolumeId=volume.id, Device="/dev/sdf")
    wait("volume_in_use", VolumeIds=[volume.id])
    volume.reload()
    [attachment] = volume.attachments
    assert attachment["InstanceId"] == instance.id, attachment
    assert volume.id in [attached.id for attached in instance.volumes.all()]

    volume.create_tags(Tags=[{"Key": "purpose", "Value": "é & <c>"}])
    volume.reload()
    assert {"Key": "purpose", "Value": "é & <c>"} in volume.tags, volume.tags
    client.delete_tags(Resources=[volume.id], Tags=[{"Key": "purpose"}])

    snapshot = volume.create_snapshot()
    wait("snapshot_completed", SnapshotIds=[snapshot.id])
    volume.detach_from_instance(InstanceId=instance.id)
    wait("volume_available", VolumeIds=[volume.id])
    instance.terminate()
    wait("instance_terminated", InstanceIds=[instance.id])
    pages = client.get_paginator("describe_instances").paginate(PaginationConfig={"PageSize": 5})
    states = {
        one["InstanceId"]: one["State"]["Name"]
        for page in pages
        for reservation in page["Reservations"]
        for one in reservation["Instances"]
    }
    assert states[instance.id] == "terminated", states
    volume.delete()
    snapshot.delete()
    wait("volume_deleted", VolumeIds=[volume.id])
    try:
        volume.load()
        raise AssertionError(f"{volume.id} is still there")
    except ClientError as error:
        assert error.response["Error"]["Code"] == "InvalidVolume.NotFound", error


def copy():
    bucket = boto3.resource("s3").create_bucket(Bucket=f"boto3-{os.getpid()}")
    # Clients are safe to share between threads, resources are not.
    client = boto3.client("s3")
    data = directory / "data"
    keys = [str(path.relative_to(data)) for path in data.rglob("*") if path.is_file()]

    def upload(key):
        client.upload_file(str(data / key), bucket.name, key)

    def download(key):
        path = directory / "back" / key
        path.parent.mkdir(parents=True, exist_ok=True)
        client.download_file(bucket.name, key, str(path))

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(upload, keys))
        list(pool.map(download, [one.key for one in bucket.objects.all()]))

    wanted = {"Bucket": bucket.name, "Key": "small/0"}
    url = client.generate_presigned_url("get_object", Params=wanted)
    with urllib.request.urlopen(url) as answer:
        assert answer.read() == (data / "small/0").read_bytes()
    bucket.objects.all().delete()
    bucket.delete()


compute()
copy()
