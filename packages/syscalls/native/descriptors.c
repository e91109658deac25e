// Descriptors through a socket (unix(7), SCM_RIGHTS).
#include "helper.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MOST = 4 };

union control {
  struct cmsghdr header; // for its alignment
  char bytes[CMSG_SPACE(MOST * sizeof(int))];
};

void send_descriptors(int socket, const void *bytes, size_t length, const int *descriptors, unsigned count) {
  union control control = {.bytes = {0}};
  struct iovec part = {.iov_base = (void *)(uintptr_t)bytes, .iov_len = length};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  if (count > 0) {
    message.msg_control = control.bytes;
    message.msg_controllen = CMSG_SPACE(count * sizeof(int));
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(count * sizeof(int));
    memcpy(CMSG_DATA(header), descriptors, count * sizeof(int));
  }
  ssize_t sent;
  do {
    sent = sendmsg(socket, &message, MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  if (sent != (ssize_t)length) fail("sendmsg", NULL);
}

// -1 and errno where nothing came; what came beyond `room` is closed.
ssize_t receive_descriptors(int socket, void *bytes, size_t length, int *descriptors, unsigned room, unsigned *count) {
  union control control;
  struct iovec part = {.iov_base = bytes, .iov_len = length};
  struct msghdr message = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
  *count = 0;
  ssize_t received = recvmsg(socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (received < 0) return -1;
  for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header != NULL; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    int came[MOST];
    size_t size = header->cmsg_len - CMSG_LEN(0);
    memcpy(came, CMSG_DATA(header), size);
    for (size_t i = 0; i < size / sizeof(int); i++) {
      if (*count < room) descriptors[(*count)++] = came[i];
      else close(came[i]);
    }
  }
  return received;
}
