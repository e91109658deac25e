// Who is attached: the author of the plan by the descriptors that we were started with, others by the socket, each with
// descriptors of its own. All are equal, but that a container may belong to its author.
#include "supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

// Between two tries to accept a client where there is no room for one.
enum { REST_MS = 200 };

struct client {
  struct client *next;
  int connection, input;
  size_t connection_place, input_place;
  bool greeted, is_author, tied, raw, signal_comes;
  struct sink outputs[2];
  struct termios before;
  char keys[MOST_KEYS];
  unsigned key_count, matched;
};

struct terms terms;

static struct client *clients;
static const char *listening_at;
static int listener = -1, terminal = -1;
static size_t listener_place;
static bool input_ending, no_room;

static struct client *new_client(int connection) {
  struct client *client = calloc(1, sizeof *client);
  if (client == NULL) return NULL;
  client->connection = connection;
  client->input = -1;
  for (int i = 0; i < 2; i++) client->outputs[i] = (struct sink){.fd = -1, .spool = -1};
  client->next = clients;
  clients = client;
  return client;
}

static void begin_terminal(struct client *client) {
  if (terminal < 0) return;
  copy_window_size(isatty(client->outputs[0].fd) ? client->outputs[0].fd : client->input, terminal);
  if (!client->raw) client->raw = raw_terminal(client->input, &client->before);
}

static void set_streams(struct client *client, const int fds[3]) {
  if (terms.has_input) client->input = without_waiting(fds[0], O_RDONLY);
  else if (fds[0] >= 0) close(fds[0]);
  for (int i = 0; i < 2; i++) client->outputs[i].fd = without_waiting(fds[1 + i], O_WRONLY);
  client->greeted = true;
  begin_terminal(client);
}

void add_author(const int fds[3], bool tied, const struct text *keys) {
  struct client *client = new_client(REPORT_FD);
  if (client == NULL) fail_with("calloc", NULL, ENOMEM);
  client->is_author = true;
  client->tied = tied;
  for (int i = 0; i < 2; i++) client->outputs[i].in_memory = tied;
  client->key_count = keys->length;
  memcpy(client->keys, keys->at, keys->length);
  set_streams(client, fds);
}

static void end_input(struct client *client) {
  if (client->raw) restore_terminal(client->input, &client->before);
  client->raw = false;
  if (client->input < 0) return;
  close(client->input);
  client->input = -1;
  if (terms.once && !terms.terminal) input_ending = true;
}

static void remove_client(struct client *client) {
  end_input(client);
  for (int i = 0; i < 2; i++) close_sink(&client->outputs[i]);
  // What is still reported is for nobody, and must not come into the next file that gets the number.
  if (client->is_author) dup2(STDIN_FILENO, REPORT_FD);
  else close(client->connection);
  struct client **place = &clients;
  while (*place != client) place = &(*place)->next;
  *place = client->next;
  free(client);
}

// To a client that does not listen it is not said.
static void say(const struct client *client, const char *line) {
  char words[128];
  size_t length = (size_t)snprintf(words, sizeof words, "%s\n", line);
  if (client->is_author) report("%s", line);
  else send(client->connection, words, length, MSG_NOSIGNAL | MSG_DONTWAIT);
}

void op_listen(struct record *record) {
  listening_at = strdup(take_path(record));
  if (listening_at == NULL) fail_with("strdup", NULL, ENOMEM);
}

void open_listener(void) {
  if (listening_at == NULL) return;
  CLOSING int directory = open(listening_at, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (directory < 0) fail("open", listening_at);
  // By descriptor: a path of a socket has at most 107 bytes (unix(7)).
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/attach", directory);
  listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (listener < 0) fail("socket", listening_at);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0) fail("bind", listening_at);
  if (listen(listener, SOMAXCONN) < 0) fail("listen", listening_at);
}

static void accept_client(void) {
  int connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  // Out of descriptors or memory: whoever waits there would wake us again at once.
  no_room = connection < 0 && errno != EAGAIN;
  if (connection < 0) return;
  struct ucred peer = {.uid = (uid_t)-1};
  socklen_t size = sizeof peer;
  getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &size);
  bool known = peer.uid == 0 || peer.uid == geteuid();
  if (!known || new_client(connection) == NULL) close(connection);
}

// `w`: its window has another size; `s` and a number: a signal for the container.
static void heed(struct client *client, const char *words, size_t length) {
  for (size_t i = 0; i < length; i++) {
    if (client->signal_comes) {
      signal_container((unsigned char)words[i]);
      say(client, "{\"event\":\"signalled\"}");
      client->signal_comes = false;
    } else if (words[i] == 's') client->signal_comes = true;
    else if (words[i] == 'w') begin_terminal(client);
  }
}

static bool is_whole(const struct request *request, size_t length, unsigned count) {
  return length >= REQUEST_HEAD && request->greeting == 'a' && request->key_count <= MOST_KEYS &&
         length >= REQUEST_HEAD + (size_t)request->key_count && request->streams < 8 &&
         count == (unsigned)__builtin_popcount(request->streams);
}

// Its first words, with its descriptors; more may follow at once. False where it is none of ours.
static bool greet(struct client *client) {
  struct request request;
  int came[3], fds[3] = {-1, -1, -1};
  unsigned count, next = 0;
  ssize_t length = receive_descriptors(client->connection, &request, sizeof request, came, 3, &count);
  if (length < 0) return errno == EAGAIN;
  if (!is_whole(&request, (size_t)length, count)) {
    while (next < count) close(came[next++]);
    return false;
  }
  for (int i = 0; i < 3; i++) {
    if (request.streams >> i & 1) fds[i] = came[next++];
  }
  client->key_count = request.key_count;
  memcpy(client->keys, request.keys, request.key_count);
  set_streams(client, fds);
  if (terminal >= 0 && client->outputs[0].fd >= 0) redraw(terminal);
  say(client, "{\"event\":\"attached\"}");
  heed(client, request.keys + request.key_count, (size_t)length - REQUEST_HEAD - request.key_count);
  return true;
}

// False at its end.
static bool hear_words(struct client *client) {
  char words[64];
  ssize_t length = recv(client->connection, words, sizeof words, MSG_DONTWAIT);
  if (length > 0) heed(client, words, (size_t)length);
  return length > 0 || (length < 0 && errno == EAGAIN);
}

// What it said before it went is heard. The author's connection is not read: its end says that it is gone, and what
// belongs to it ends with it, what does not goes on without it.
static void hear_connection(struct client *client) {
  short events = seen(client->connection_place);
  if (events == 0) return;
  bool here = (events & POLLIN) != 0 && (client->greeted ? hear_words(client) : greet(client));
  if (here) return;
  if (client->tied) abandon_container();
  remove_client(client);
}

static void detach(struct client *client) {
  end_input(client);
  say(client, "{\"event\":\"detached\"}");
  // It has heard it when it closes its end.
  client->tied = false;
  for (int i = 0; i < 2; i++) close_sink(&client->outputs[i]);
}

// Withholds what may become the keys that detach; true when they have been pressed.
static bool take_keys(struct client *client, const char *in, size_t length, char *out, size_t *left) {
  *left = 0;
  for (size_t i = 0; i < length; i++) {
    if (client->key_count > 0 && in[i] == client->keys[client->matched]) {
      if (++client->matched == client->key_count) return true;
      continue;
    }
    memcpy(out + *left, client->keys, client->matched);
    *left += client->matched;
    client->matched = client->key_count > 0 && in[i] == client->keys[0] ? 1 : 0;
    if (client->matched == 0) out[(*left)++] = in[i];
  }
  return false;
}

static void read_input(struct client *client, struct sink *input) {
  char chunk[CHUNK], kept[CHUNK + MOST_KEYS];
  ssize_t count = read_now(client->input, chunk, sizeof chunk);
  if (count < 0 && (errno == EINTR || errno == EAGAIN)) return;
  if (count <= 0) {
    end_input(client);
    return;
  }
  if (!terms.terminal) {
    put_into(input, chunk, (size_t)count);
    return;
  }
  size_t left;
  bool detached = take_keys(client, chunk, (size_t)count, kept, &left);
  put_into(input, kept, left);
  if (detached) detach(client);
}

int watch_clients(bool can_take_input) {
  listener_place = watch(no_room ? -1 : listener, POLLIN);
  for (struct client *client = clients; client != NULL; client = client->next) {
    client->connection_place = watch(client->connection, client->is_author ? 0 : POLLIN);
    client->input_place = watch(can_take_input ? client->input : -1, POLLIN);
    for (int i = 0; i < 2; i++) {
      struct sink *sink = &client->outputs[i];
      sink->place = watch(has_backlog(sink) ? sink->fd : -1, POLLOUT);
    }
  }
  int patience = no_room ? REST_MS : -1;
  no_room = false;
  return patience;
}

void attend_clients(struct sink *input) {
  for (struct client *client = clients, *next; client != NULL; client = next) {
    next = client->next;
    for (int i = 0; i < 2; i++) {
      if (seen(client->outputs[i].place) != 0) flush_sink(&client->outputs[i]);
    }
    if (client->input >= 0 && seen(client->input_place) != 0) read_input(client, input);
    hear_connection(client);
  }
  if (input_ending && !has_backlog(input)) close_sink(input);
  // Last: whoever comes now has no place in this round yet.
  if (seen(listener_place) != 0) accept_client();
}

bool must_wait_for_author(unsigned stream) {
  for (struct client *client = clients; client != NULL; client = client->next) {
    if (client->tied && has_backlog(&client->outputs[stream])) return true;
  }
  return false;
}

bool give_to_clients(unsigned stream, const char *bytes, size_t length) {
  bool owner_left = false;
  for (struct client *client = clients; client != NULL; client = client->next) {
    bool was_open = client->outputs[stream].fd >= 0;
    put_into(&client->outputs[stream], bytes, length);
    owner_left = owner_left || (client->tied && was_open && client->outputs[stream].fd < 0);
  }
  return !owner_left;
}

void set_terminal(int master) {
  terminal = master;
  for (struct client *client = clients; client != NULL; client = client->next) begin_terminal(client);
}

void resize_terminal(void) {
  for (struct client *client = clients; client != NULL; client = client->next) {
    if (client->is_author) begin_terminal(client);
  }
}

void restore_terminals(void) {
  for (struct client *client = clients; client != NULL; client = client->next) {
    if (client->raw) restore_terminal(client->input, &client->before);
    client->raw = false;
  }
}

static void take_leave(struct client *client, const char *last_words) {
  uint64_t skipped = client->outputs[0].skipped + client->outputs[1].skipped;
  char line[64];
  snprintf(line, sizeof line, "{\"event\":\"skipped\",\"bytes\":%llu}", (unsigned long long)skipped);
  if (skipped > 0) say(client, line);
  say(client, last_words);
  remove_client(client);
}

bool end_clients(const char *last_words) {
  for (struct client *client = clients, *next; client != NULL; client = next) {
    next = client->next;
    client->tied = false;
    end_input(client);
    if (!has_backlog(&client->outputs[0]) && !has_backlog(&client->outputs[1])) take_leave(client, last_words);
  }
  if (listener >= 0) close(listener);
  listener = -1;
  return clients == NULL;
}
