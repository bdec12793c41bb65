import type { Objects } from "./objects.ts";

export interface OriginPorts {
  http: number;
  https: number;
  /** Of `listing-server.ts`. */
  listing: number;
}

/**
 * nginx as S3: ranges, If-Match and its own ETag of files below `root`, S3's checksum header, uploads that are read
 * and dropped (the length of each body stands in uploads.log).
 *
 * `sendfile`, one worker and keep-alive without end: the origin should cost as little as it can.
 */
export function nginxConf(
  directory: string,
  { root, checksums }: Objects,
  ports: OriginPorts,
): string {
  const known = [...checksums].map(([path, checksum]) => `    ${path} "${checksum}";`).join("\n");
  return `
worker_processes 1; worker_rlimit_nofile 20000; daemon off; user root;
pid ${directory}/nginx.pid; error_log ${directory}/error.log warn;
events { worker_connections 8192; use epoll; multi_accept on; }
http {
  access_log off; sendfile on; sendfile_max_chunk 2m; tcp_nopush on; tcp_nodelay on;
  keepalive_requests 100000000; keepalive_timeout 600; client_max_body_size 0; open_file_cache off;
  default_type application/octet-stream; client_body_buffer_size 64m;
  client_body_temp_path ${directory}/bodies; proxy_temp_path ${directory}/proxy; fastcgi_temp_path ${directory}/fastcgi;
  uwsgi_temp_path ${directory}/uwsgi; scgi_temp_path ${directory}/scgi;
  log_format bytes '$content_length';
  map_hash_max_size 262144; map_hash_bucket_size 128;
  # S3 has none for a range.
  map $http_range $checksum { default ""; "" $whole_checksum; }
  map $uri $whole_checksum {
    default "";
${known}
  }
  map $checksum $checksum_type { default FULL_OBJECT; "" ""; }
  map "$request_method $args" $multipart {
    default "";
    "~^POST (.*&)?uploads" '<InitiateMultipartUploadResult><Bucket>uploads</Bucket><Key>large</Key><UploadId>one</UploadId></InitiateMultipartUploadResult>';
    "~^POST .*uploadId=" '<CompleteMultipartUploadResult><Location>/uploads/large</Location><Bucket>uploads</Bucket><Key>large</Key><ETag>&quot;0123456789abcdef0123456789abcdef-512&quot;</ETag></CompleteMultipartUploadResult>';
    "~^GET .*uploadId=" '<ListPartsResult><IsTruncated>false</IsTruncated></ListPartsResult>';
  }
  upstream listing { server 127.0.0.1:${ports.listing}; keepalive 64; }
  server {
    listen 127.0.0.1:${ports.http} backlog=4096;
    listen 127.0.0.1:${ports.https} ssl backlog=4096;
    ssl_certificate ${directory}/certificate.pem; ssl_certificate_key ${directory}/key.pem;
    ssl_protocols TLSv1.2 TLSv1.3; ssl_buffer_size 16k; ssl_session_cache shared:a:10m;
    root ${root};
    location / {
      add_header x-amz-checksum-crc64nvme $checksum;
      add_header x-amz-checksum-type $checksum_type;
    }
    location ~ ^/(bench|small|million|uploads)/?$ {
      proxy_pass http://listing; proxy_http_version 1.1; proxy_set_header Connection "";
    }
    # One file for all keys.
    location /million/ {
      rewrite ^ /bench/tiny break;
      add_header x-amz-checksum-crc64nvme $checksum;
      add_header x-amz-checksum-type $checksum_type;
    }
    location /uploads/ {
      access_log ${directory}/uploads.log bytes;
      add_header ETag '"0123456789abcdef0123456789abcdef"';
      add_header x-amz-checksum-crc32 $http_x_amz_checksum_crc32;
      add_header x-amz-checksum-crc64nvme $http_x_amz_checksum_crc64nvme;
      default_type application/xml;
      if ($multipart) { return 200 $multipart; }
      # The whole body is read, and then dropped.
      proxy_pass http://listing/stored; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_pass_request_body off; proxy_set_header Content-Length "";
    }
  }
}
`;
}
