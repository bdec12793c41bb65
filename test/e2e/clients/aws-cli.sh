#!/bin/sh
# What a person does with the aws CLI: everything below fails the script when it fails.
# Usage: aws-cli.sh DIRECTORY, with `data` in it; what comes back goes to `back`.
set -eu
cd "$1"
bucket=aws-cli-$$

# The CLI's own waiters look every 15 seconds.
until_is() {
  wanted=$1
  shift
  tries=100
  until [ "$("$@" --output text)" = "$wanted" ]; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || { echo "never $wanted: $*" >&2; exit 1; }
    sleep 0.2
  done
}

volume=$(aws ec2 create-volume --availability-zone us-east-1a --size 1 --volume-type gp3 \
  --tag-specifications 'ResourceType=volume,Tags=[{Key=Name,Value=made by the CLI}]' \
  --query VolumeId --output text)
image=$(aws ssm get-parameter --query Parameter.Value --output text \
  --name /aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64)
instance=$(aws ec2 run-instances --image-id "$image" --instance-type c5.2xlarge \
  --placement AvailabilityZone=us-east-1a --query 'Instances[0].InstanceId' --output text)
aws ec2 create-tags --resources "$volume" "$instance" --tags 'Key=purpose,Value=a & b <c>'
until_is running aws ec2 describe-instances --instance-ids "$instance" \
  --query 'Reservations[].Instances[].State.Name'
until_is available aws ec2 describe-volumes --filters 'Name=tag:Name,Values=made by*' \
  --query 'Volumes[].State'

aws ec2 attach-volume --volume-id "$volume" --instance-id "$instance" --device /dev/sdf >attached
until_is "attached /dev/sdf $instance a & b <c>" aws ec2 describe-volumes --volume-ids "$volume" \
  --query "join(' ', [Volumes[0].Attachments[0].[State, Device, InstanceId], Volumes[0].Tags[?Key=='purpose'].Value][])"

snapshot=$(aws ec2 create-snapshot --volume-id "$volume" --query SnapshotId --output text)
until_is completed aws ec2 describe-snapshots --snapshot-ids "$snapshot" --query 'Snapshots[].State'
aws ec2 detach-volume --volume-id "$volume" >detached
until_is available aws ec2 describe-volumes --volume-ids "$volume" --query 'Volumes[].State'
aws ec2 terminate-instances --instance-ids "$instance" >terminated
until_is terminated aws ec2 describe-instances --instance-ids "$instance" \
  --query 'Reservations[].Instances[].State.Name'
aws ec2 delete-volume --volume-id "$volume"
aws ec2 delete-snapshot --snapshot-id "$snapshot"
if aws ec2 describe-volumes --volume-ids "$volume" 2>refused; then exit 1; fi
grep -q InvalidVolume.NotFound refused

aws s3 mb "s3://$bucket" >made
aws s3 sync --only-show-errors data "s3://$bucket/data"
aws s3 sync --only-show-errors "s3://$bucket/data" back
url=$(aws s3 presign "s3://$bucket/data/small/0")
curl --silent --show-error --fail --output presigned "$url"
cmp presigned data/small/0
aws s3 rb --force "s3://$bucket" >removed
