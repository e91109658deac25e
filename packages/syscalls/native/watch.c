#include "supervise.h"

#include <errno.h>
#include <stdlib.h>

static struct pollfd *polls;
static size_t count, room;

void begin_round(void) {
  count = 0;
}

// Only what is open has a place: poll(2) refuses more of them than there may be open files.
size_t watch(int fd, short events) {
  if (fd < 0) return (size_t)-1;
  if (count == room) {
    polls = realloc(polls, (room += 16) * sizeof *polls);
    if (polls == NULL) fail_with("realloc", NULL, ENOMEM);
  }
  polls[count] = (struct pollfd){.fd = fd, .events = events};
  return count++;
}

short seen(size_t place) {
  return place < count ? polls[place].revents : 0;
}

void wait_for_round(int timeout) {
  if (poll(polls, count, timeout) >= 0) return;
  if (errno != EINTR) fail("poll", NULL);
  for (size_t i = 0; i < count; i++) polls[i].revents = 0;
}
