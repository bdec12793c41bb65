// The least that many small downloads over HTTP can cost: `small-loop PORT COUNT DIRECTORY`. Sixty-four kept-alive
// connections, epoll, one buffer each, open + write + close. The keys are those of small-keys.ts; nothing is listed.
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
#include <sys/stat.h>
#include <unistd.h>

enum { connections = 64, room = 1 << 16 };

typedef struct {
  int socket, length, index;
  char buffer[room];
} Connection;

static int next_index, count;
static const char *directory;

static void require(int holds, const char *what) {
  if (holds) return;
  perror(what);
  exit(1);
}

static int ask(Connection *c) {
  if (next_index >= count) return 0;
  c->index = next_index++;
  c->length = 0;
  char text[256];
  int length = snprintf(text, sizeof text, "GET /small/d%03d/o%06d.bin HTTP/1.1\r\nHost: origin\r\n\r\n",
                        c->index / 1000, c->index);
  require(write(c->socket, text, length) == length, "write");
  return 1;
}

/** @return whether the answer is complete, and stands in its file. */
static int receive(Connection *c) {
  int got = recv(c->socket, c->buffer + c->length, room - 1 - c->length, 0);
  if (got < 0 && errno == EAGAIN) return 0;
  require(got > 0, "recv");
  c->length += got;
  c->buffer[c->length] = 0;
  char *end = memmem(c->buffer, c->length, "\r\n\r\n", 4);
  if (!end) return 0;
  long size = atol(strcasestr(c->buffer, "content-length: ") + 16);
  long header = end + 4 - c->buffer;
  if (c->length < header + size) return 0;
  char path[4096];
  snprintf(path, sizeof path, "%s/d%03d/o%06d.bin", directory, c->index / 1000, c->index);
  int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  require(file >= 0 && write(file, c->buffer + header, size) == size, path);
  close(file);
  return 1;
}

int main(int words_count, char **words) {
  require(words_count == 4, "small-loop PORT COUNT DIRECTORY");
  count = atoi(words[2]);
  directory = words[3];
  mkdir(directory, 0755);
  for (int i = 0; i < (count + 999) / 1000; i++) {
    char path[4096];
    snprintf(path, sizeof path, "%s/d%03d", directory, i);
    mkdir(path, 0755);
  }
  int poll = epoll_create1(0), busy = 0;
  Connection *all = calloc(connections, sizeof *all);
  for (int i = 0; i < connections; i++) {
    Connection *c = all + i;
    c->socket = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(atoi(words[1]))};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    require(connect(c->socket, (void *)&to, sizeof to) == 0, "connect");
    fcntl(c->socket, F_SETFL, O_NONBLOCK);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
    epoll_ctl(poll, EPOLL_CTL_ADD, c->socket, &event);
    busy += ask(c);
  }
  while (busy) {
    struct epoll_event events[connections];
    int ready = epoll_wait(poll, events, connections, -1);
    for (int i = 0; i < ready; i++) {
      Connection *c = events[i].data.ptr;
      if (receive(c) && !ask(c)) busy--;
    }
  }
  return 0;
}
