// The least that a transfer over TLS can cost: `tls-loop get|put PORT PATH SIZE FILE`. One connection, requests of
// 8 MiB one after the other, AES-128. What is got goes past the page cache and is fsynced; what is put comes out of it.
// No checksums, no retries, and the certificate is not looked at.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { range = 8 << 20, got_piece = 1 << 20, put_piece = 256 << 10, read_ahead = 64 << 10 };

static SSL *ssl;
static int file;
static char *buffer;

static void require(int holds, const char *what) {
  if (holds) return;
  perror(what);
  exit(1);
}

static long smaller(long a, long b) { return a < b ? a : b; }

static void connect_to(int port) {
  SSL_CTX *context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_ciphersuites(context, "TLS_AES_128_GCM_SHA256");
  SSL_CTX_set_read_ahead(context, 1);
  SSL_CTX_set_default_read_buffer_len(context, read_ahead);
  int to_origin = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  require(connect(to_origin, (void *)&to, sizeof to) == 0, "connect");
  ssl = SSL_new(context);
  SSL_set_fd(ssl, to_origin);
  require(SSL_connect(ssl) == 1, "SSL_connect");
}

static void send_head(const char *text, int length) { require(SSL_write(ssl, text, length) == length, "SSL_write"); }

/** Takes an answer's head off the stream, a byte at a time: they are in OpenSSL's buffer. */
static void take_head(const char *status) {
  char text[4096] = "";
  for (int length = 0; !strstr(text, "\r\n\r\n"); length++) {
    require(length < (int)sizeof text - 1 && SSL_read(ssl, text + length, 1) == 1, "head");
  }
  require(strncmp(text, status, strlen(status)) == 0, text);
}

static void get(const char *path, long offset, long left) {
  char text[512];
  send_head(text, snprintf(text, sizeof text, "GET %s HTTP/1.1\r\nHost: origin\r\nRange: bytes=%ld-%ld\r\n\r\n", path,
                           offset, offset + left - 1));
  take_head("HTTP/1.1 206");
  while (left > 0) {
    long want = smaller(got_piece, left), filled = 0;
    while (filled < want) {
      int got = SSL_read(ssl, buffer + filled, want - filled);
      require(got > 0, "SSL_read");
      filled += got;
    }
    require(pwrite(file, buffer, filled, offset) == filled, "pwrite");
    offset += filled;
    left -= filled;
  }
}

static void put(const char *path, long offset, long left) {
  char text[512];
  send_head(text, snprintf(text, sizeof text,
                           "PUT %s?partNumber=%ld&uploadId=one HTTP/1.1\r\nHost: origin\r\nContent-Length: %ld\r\n\r\n",
                           path, offset / range + 1, left));
  while (left > 0) {
    long got = pread(file, buffer, smaller(put_piece, left), offset);
    require(got > 0, "pread");
    require(SSL_write(ssl, buffer, got) == got, "SSL_write");
    offset += got;
    left -= got;
  }
  take_head("HTTP/1.1 200");
}

int main(int count, char **words) {
  require(count == 6, "tls-loop get|put PORT PATH SIZE FILE");
  int is_put = strcmp(words[1], "put") == 0;
  const char *path = words[3];
  long size = atol(words[4]);
  file = is_put ? open(words[5], O_RDONLY) : open(words[5], O_WRONLY | O_CREAT | O_DIRECT, 0644);
  require(file >= 0 && (is_put || ftruncate(file, size) == 0), words[5]);
  buffer = aligned_alloc(4096, got_piece);
  connect_to(atoi(words[2]));
  for (long at = 0; at < size; at += range) {
    if (is_put) put(path, at, smaller(range, size - at));
    else get(path, at, smaller(range, size - at));
  }
  require(is_put || fsync(file) == 0, "fsync");
  return 0;
}
