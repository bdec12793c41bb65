// The least that a download over HTTP can cost: `download-loop PORT PATH SIZE FILE`. Sixteen kept-alive connections,
// ranges of 8 MiB, epoll, recv into page-aligned buffers of 1 MiB, O_DIRECT pwrite, one fsync at the end. No retries.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { connections = 16, range = 8 << 20, piece = 1 << 20 };

typedef struct {
  int socket, in_header, filled;
  long offset, left;
  char *buffer;
} Connection;

static long size, next_range;
static const char *path;

static void require(int holds, const char *what) {
  if (holds) return;
  perror(what);
  exit(1);
}

/** Asks for the next range; left stays 0 when there is none. */
static void ask(Connection *c) {
  if (next_range >= size) return;
  c->offset = next_range;
  c->left = size - next_range < range ? size - next_range : range;
  next_range += c->left;
  c->in_header = 1;
  char text[512];
  int length = snprintf(text, sizeof text, "GET %s HTTP/1.1\r\nHost: origin\r\nRange: bytes=%ld-%ld\r\n\r\n", path,
                        c->offset, c->offset + c->left - 1);
  require(write(c->socket, text, length) == length, "write");
}

/** Takes the header off the stream. @return whether it was there as a whole. */
static int skip_header(Connection *c) {
  char text[4096];
  int length = recv(c->socket, text, sizeof text - 1, MSG_PEEK);
  if (length <= 0) return 0;
  text[length] = 0;
  char *end = strstr(text, "\r\n\r\n");
  if (!end) return 0;
  require(strncmp(text, "HTTP/1.1 206", 12) == 0, text);
  length = end + 4 - text;
  require(recv(c->socket, text, length, 0) == length, "recv");
  c->in_header = 0;
  return 1;
}

static void receive(Connection *c, int direct, int buffered) {
  if (c->in_header && !skip_header(c)) return;
  long want = piece - c->filled < c->left ? piece - c->filled : c->left;
  int got = recv(c->socket, c->buffer + c->filled, want, 0);
  if (got < 0 && errno == EAGAIN) return;
  require(got > 0, "recv");
  c->filled += got;
  c->left -= got;
  if (c->filled < piece && c->left > 0) return;
  // The end of an object whose size is no multiple of a block cannot be written directly.
  int file = c->filled % 4096 ? buffered : direct;
  require(pwrite(file, c->buffer, c->filled, c->offset) == c->filled, "pwrite");
  c->offset += c->filled;
  c->filled = 0;
}

int main(int count, char **words) {
  require(count == 5, "download-loop PORT PATH SIZE FILE");
  path = words[2];
  size = atol(words[3]);
  int direct = open(words[4], O_WRONLY | O_CREAT | O_DIRECT, 0644);
  int buffered = open(words[4], O_WRONLY);
  require(direct >= 0 && buffered >= 0 && ftruncate(direct, size) == 0, words[4]);
  int poll = epoll_create1(0), busy = 0;
  Connection all[connections] = {0};
  for (int i = 0; i < connections; i++) {
    Connection *c = all + i;
    c->socket = socket(AF_INET, SOCK_STREAM, 0);
    c->buffer = aligned_alloc(4096, piece);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(atoi(words[1]))};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    require(connect(c->socket, (void *)&to, sizeof to) == 0, "connect");
    fcntl(c->socket, F_SETFL, O_NONBLOCK);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
    epoll_ctl(poll, EPOLL_CTL_ADD, c->socket, &event);
    ask(c);
    busy += c->left > 0;
  }
  while (busy) {
    struct epoll_event events[connections];
    int ready = epoll_wait(poll, events, connections, -1);
    for (int i = 0; i < ready; i++) {
      Connection *c = events[i].data.ptr;
      if (c->left == 0) continue;
      receive(c, direct, buffered);
      if (c->left == 0) ask(c);
      busy -= c->left == 0;
    }
  }
  require(fsync(direct) == 0, "fsync");
  return 0;
}
