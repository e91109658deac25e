// The supervisor: parent of one container. What its parts know of each other.
#ifndef CTR_SUPERVISE_H
#define CTR_SUPERVISE_H

#include "helper.h"

#include <poll.h>
#include <stdio.h>
#include <sys/un.h>
#include <termios.h>

// What is read and passed on at once.
enum { CHUNK = 16 << 10 };

// watch.c: what one round of waiting waits for.
size_t watch(int fd, short events); // its place in the round; nothing is watched for -1
short seen(size_t place);
void begin_round(void);
void wait_for_round(int timeout);

// sink.c: where bytes go without ever waiting for a reader. What it does not take now is spooled.
struct sink {
  int fd; // -1: nobody
  int spool;
  bool in_memory; // whoever fills it waits for it: little is spooled, and no full disk may cost any of it
  uint64_t at, end; // of what is spooled
  uint64_t skipped;
  size_t place;
};
extern int spool_directory; // -1: in memory
bool has_backlog(const struct sink *sink);
void put_into(struct sink *sink, const char *bytes, size_t length);
void flush_sink(struct sink *sink);
void close_sink(struct sink *sink);
ssize_t read_now(int fd, char *bytes, size_t length);
// A description of our own of an open file, so that not waiting is nobody else's not waiting. Takes the descriptor.
int without_waiting(int fd, int access);

// terminal.c
bool raw_terminal(int fd, struct termios *before); // false where it is none
void restore_terminal(int fd, const struct termios *before);
void copy_window_size(int from, int to);
void redraw(int terminal);

// log.c
void open_log(void);
void log_output(unsigned stream, const char *bytes, size_t length);
void end_log(void);
size_t write_time(char text[static 32]);

// What a client says first: which of stdin, stdout, stderr come with it (bits 0, 1, 2), and the keys that detach it.
enum { MOST_KEYS = 16 };
struct request {
  char greeting; // 'a'
  unsigned char streams, key_count;
  char keys[MOST_KEYS];
};
enum { REQUEST_HEAD = offsetof(struct request, keys) };

// clients.c: who is attached. The plan's author is one, the others came by the socket.
struct terms {
  bool terminal;  // the container's stdin and output are a terminal
  bool has_input; // it has a stdin, …
  bool once;      // … which ends with the first client's
};
extern struct terms terms;
void open_listener(void);
void add_author(const int fds[3], bool tied, const struct text *keys);
int watch_clients(bool can_take_input); // for how long, as poll takes it
void attend_clients(struct sink *input);
bool must_wait_for_author(unsigned stream);
bool give_to_clients(unsigned stream, const char *bytes, size_t length); // false when the owner reads no more
void set_terminal(int master);
void resize_terminal(void);
void restore_terminals(void);
bool end_clients(const char *last_words); // true when all have heard them

// supervise.c
void abandon_container(void);
void signal_container(int signal);

// ending.c
struct ending {
  int status;
  bool oom_killed;
  char started[32];
};
extern struct ending ending;
void finish_container(void);
_Noreturn void leave(bool started, int code);

#endif
