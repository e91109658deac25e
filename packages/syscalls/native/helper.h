// The helper carries out plans: it reads records, does what each says, in order, and on the first
// failure reports which step, which call and which errno, and undoes nothing but by dying.
// The protocol stands in docs/plan-protocol.md; the operations in src/operations/.
#ifndef CTR_HELPER_H
#define CTR_HELPER_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <linux/mount.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

// Descriptors that every plan starts with; everything above is closed first. The gate leads from launch and enter to
// the supervisor that started them.
enum { PLAN_FD = 3, REPORT_FD = 4, GATE_FD = 5 };

// The helper's own failures exit with this; a program's exit code is passed on as it is.
enum { EXIT_HELPER_FAILED = 125 };

struct text {
  const char *at;  // NUL-terminated in the record
  uint32_t length; // without the NUL
};

// record.c: one record of the plan and the place up to which its fields were taken.
struct record {
  const unsigned char *at;
  const unsigned char *end;
};
bool next_record(struct record *record, uint16_t *code); // false at the end of the plan
void read_no_further(void);                              // than the present record: what follows is somebody else's
void read_from_memory(const void *bytes, size_t length); // a plan within a plan
uint32_t take_u32(struct record *record);
uint64_t take_u64(struct record *record);
int64_t take_i64(struct record *record);
struct text take_text(struct record *record);
const char *take_path(struct record *record); // take_text, refused where it holds a NUL
// A NULL-terminated array that lives until the next record.
const char **take_paths(struct record *record, uint32_t *count);
const uint32_t *take_u32s(struct record *record, uint32_t *count);
const struct text *take_texts(struct record *record, uint32_t *count);

// report.c: NDJSON on REPORT_FD, and the one way to fail.
extern uint32_t current_step;
extern const char *current_operation;
extern const char *failure_event; // `error`, or what a failure that ends nothing else is called
void report(const char *format, ...) __attribute__((format(printf, 1, 2)));
void report_path(const char *event, const char *path, const char *attribute);
void report_bytes(const char *path, const unsigned char *bytes, size_t length);
void report_unread(const char *path, int error);
void complain(const char *call, const char *path); // of what keeps nothing else from being done
_Noreturn void fail(const char *call, const char *path);              // with errno
_Noreturn void fail_with(const char *call, const char *path, int error);
extern void (*before_failing)(void); // told before the process ends

// beneath.c: everything inside the root is reached from its descriptor.
extern int root_fd;
enum follow { NO_SYMLINKS, IN_ROOT, ONE_MOUNT /* neither symbolic links nor other mounts */ };
// -1 and errno, where the others fail: for what may be absent.
int try_open_beneath(int root, const char *path, uint64_t flags, enum follow follow);
int open_beneath(int root, const char *path, uint64_t flags, enum follow follow);
// The directory that holds the last component of a path, and that component's name.
int open_parent(int root, const char *path, enum follow follow, const char **name);
int make_directories(int root, const char *path, mode_t mode, enum follow follow);
int make_file(int root, const char *path, mode_t mode, enum follow follow);
void write_all(int fd, const void *bytes, size_t length, const char *path);

extern enum follow reach; // how tree goes to what it makes: ONE_MOUNT unless it merges

// parents.c: the directories of the last entries, kept open, because entries that follow each other share them.
int parent_of(const char *path, const char **name);
int parent_of_target(const char *path, const char **name);
void forget_beneath(const char *path); // a directory that is gone, and all in it

// remove.c
extern bool keeps_kinds; // a directory stays one, and what is none becomes none
void remove_entry(int parent, const char *name, const char *path);
void make_way(int parent, const char *name, const char *path);

// tree.c: what is in the way is removed
int make_file_at(int parent, const char *name, mode_t mode, const char *path);
void make_node_at(int parent, const char *name, mode_t mode, dev_t device, const char *path);

// metadata.c
struct metadata {
  mode_t mode;
  uid_t uid;
  gid_t gid;
  uint32_t attribute_count;
  const struct text *attributes; // name, value, name, value, …
  struct timespec modified;
};
struct metadata take_owned(struct record *record);
struct timespec take_time(struct record *record);
void set_owned(int fd, const struct metadata *metadata, const char *path);
void set_modified(int fd, struct timespec modified, const char *path);
void set_link_metadata(int parent, const char *name, const struct metadata *metadata, const char *path);
void clear_attributes(int fd, const char *path);
void copy_attributes(int from, int to, const char *path);
bool is_overlay_attribute(const char *name);

// output.c: records on stdout
void begin_output(uint16_t kind);
void put_u32(uint32_t value);
void put_u64(uint64_t value);
void put_text(const void *text, size_t length);
void end_output(void);
void flush_output(void);

// walk.c
char **read_names(int directory, const char *path);

// system.c: calls that libc does not wrap.
int sys_openat2(int dir, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve);
int sys_open_tree(int dir, const char *path, unsigned flags);
int sys_move_mount(int from, const char *from_path, int to, const char *to_path, unsigned flags);
int sys_fsopen(const char *type, unsigned flags);
int sys_fsconfig(int fs, unsigned command, const char *key, const void *value, int aux);
int sys_fsmount(int fs, unsigned flags, unsigned attributes);
int sys_mount_setattr(int mount, unsigned flags, struct mount_attr attributes);
int sys_pivot_root(const char *new_root, const char *put_old);
int sys_close_range(unsigned first, unsigned last, unsigned flags);

// spawn.c
struct gate_message {
  char word; // 'p': the child is there, 't': its terminal comes with this, 'x': execve is next, '!': it failed; all
             // but the last are answered
  pid_t pid;
};
void tell_gate(char word, pid_t pid, int descriptor);
void await_gate(void);
void announce_execution(void);

// descriptors.c
void send_descriptors(int socket, const void *bytes, size_t length, const int *descriptors, unsigned count);
ssize_t receive_descriptors(int socket, void *bytes, size_t length, int *descriptors, unsigned room, unsigned *count);

// sealed.c: a container that runs /proc/self/exe, or opens it, must find a sealed copy and not the host's file.
void run_from_sealed_copy(char **argv);

// main.c
void carry_out_plan(void);

// namespaces.c: owners on a mount are shown as the ids of the last user namespace that was made
void map_ids(int mount, unsigned recursive, const char *path);

// mounts.c
void set_option(int fs, const char *option);
int new_filesystem(const char *type, const char *source, const char **options, unsigned attributes);
void set_attributes(int mount, unsigned recursive, uint32_t attributes, const char *path);
int open_source(const char *source, const char *within);

#define CLOSING __attribute__((cleanup(close_descriptor)))
void close_descriptor(int *fd);

#endif
