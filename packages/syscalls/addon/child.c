// What Node has no quick way for: starting a process without a copy of its own page tables, hearing that a descriptor
// is ready without a stream for it, reading and writing it without an exception for each EAGAIN. It decides nothing: a
// call answers what the kernel did, an error as -errno.
#define _GNU_SOURCE
#define NAPI_VERSION 8
#include <node_api.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

// Of libuv, which Node exports to addons; the same in all of its version 1 (docs.libuv.org: uv_handle_t, uv_poll_t).
typedef struct uv_poll_s uv_poll_t;
enum { UV_POLL = 8 };
size_t uv_handle_size(int type);
void *uv_handle_get_data(const void *handle);
void uv_handle_set_data(void *handle, void *data);
int uv_poll_init(struct uv_loop_s *loop, uv_poll_t *handle, int fd);
int uv_poll_start(uv_poll_t *handle, int events, void (*ready)(uv_poll_t *handle, int status, int events));
int uv_poll_stop(uv_poll_t *handle);
void uv_unref(void *handle);
void uv_close(void *handle, void (*closed)(void *handle));

enum { MOST_ARGUMENTS = 5, MOST_DESCRIPTORS = 16, MOST_PARTS = 64 };

struct watch {
  napi_env env;
  napi_ref callback;
  int descriptor;
};

static void take(napi_env env, napi_callback_info info, napi_value values[MOST_ARGUMENTS]) {
  size_t count = MOST_ARGUMENTS;
  napi_get_cb_info(env, info, &count, values, NULL, NULL);
}

static int number_of(napi_env env, napi_value value) {
  int32_t number = -1;
  napi_get_value_int32(env, value, &number);
  return number;
}

static struct iovec bytes_of(napi_env env, napi_value value) {
  struct iovec bytes = {0};
  napi_typedarray_type type;
  napi_get_typedarray_info(env, value, &type, &bytes.iov_len, &bytes.iov_base, NULL, NULL);
  return bytes;
}

static napi_value answer(napi_env env, long result) {
  napi_value value;
  napi_create_int64(env, result, &value);
  return value;
}

static napi_value answer_of_call(napi_env env, long result) {
  return answer(env, result < 0 ? -errno : result);
}

// pair(ends: Int32Array): two connected sockets.
static napi_value pair(napi_env env, napi_callback_info info) {
  napi_value values[MOST_ARGUMENTS];
  take(env, info, values);
  return answer_of_call(env, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, bytes_of(env, values[0]).iov_base));
}

// Programs expect their standard streams to wait; Node may have made its own, which they inherit, so that they do not.
static void let_wait(int descriptor) {
  int flags = fcntl(descriptor, F_GETFL);
  if (flags >= 0 && (flags & O_NONBLOCK) != 0) fcntl(descriptor, F_SETFL, flags & ~O_NONBLOCK);
}

// Which of the child's descriptors are which of ours; they are copied out of each other's way first.
static int pass_on(posix_spawn_file_actions_t *actions, int kept[], const int32_t *descriptors, int count) {
  for (int i = 0; i < count; i++) {
    if (i <= STDERR_FILENO) let_wait(descriptors[i]);
    kept[i] = fcntl(descriptors[i], F_DUPFD_CLOEXEC, count);
    if (kept[i] < 0) return errno;
    int error = posix_spawn_file_actions_adddup2(actions, kept[i], i);
    if (error != 0) return error;
  }
  return 0;
}

// spawn(path, mode, descriptors: Int32Array, directory, flags): the pid. Descriptor i of the child is descriptors[i] of ours;
// it has no environment, no signal is blocked or ignored. Without a directory it stays where we are, which we may not be allowed to enter.
static napi_value spawn(napi_env env, napi_callback_info info) {
  napi_value values[MOST_ARGUMENTS];
  take(env, info, values);
  char path[PATH_MAX] = "", mode[NAME_MAX] = "", directory[PATH_MAX] = "";
  napi_get_value_string_utf8(env, values[0], path, sizeof path, NULL);
  napi_get_value_string_utf8(env, values[1], mode, sizeof mode, NULL);
  napi_get_value_string_utf8(env, values[3], directory, sizeof directory, NULL);
  const int32_t *descriptors = bytes_of(env, values[2]).iov_base;
  size_t count = 0;
  napi_get_typedarray_info(env, values[2], NULL, &count, NULL, NULL, NULL);
  if (count > MOST_DESCRIPTORS) return answer(env, -EINVAL);

  sigset_t all, none;
  memset(&all, 0xff, sizeof all); // sigfillset(3) leaves out two of libc's own, which the child would ignore
  sigemptyset(&none);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(&attributes, (short)(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | number_of(env, values[4])));
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  int kept[MOST_DESCRIPTORS];
  for (int i = 0; i < MOST_DESCRIPTORS; i++) kept[i] = -1;
  char *argv[] = {path, mode, NULL}, *environment[] = {NULL};
  pid_t pid = -1;
  int error = pass_on(&actions, kept, descriptors, (int)count);
  if (error == 0 && directory[0] != 0) error = posix_spawn_file_actions_addchdir_np(&actions, directory);
  if (error == 0) error = posix_spawn(&pid, path, &actions, &attributes, argv, environment);
  for (int i = 0; i < MOST_DESCRIPTORS; i++) {
    if (kept[i] >= 0) close(kept[i]);
  }
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  return answer(env, error == 0 ? pid : -error);
}

// descriptorOf(pid): a descriptor of the process, ready to be read when it has ended.
static napi_value descriptor_of(napi_env env, napi_callback_info info) {
  napi_value values[MOST_ARGUMENTS];
  take(env, info, values);
  return answer_of_call(env, syscall(SYS_pidfd_open, number_of(env, values[0]), 0));
}

// reap(pid): how a child that has ended did so, as waitpid(2) says it; -EAGAIN while it is still its tracer's.
static napi_value reap(napi_env env, napi_callback_info info) {
  napi_value values[MOST_ARGUMENTS];
  take(env, info, values);
  int status = 0;
  pid_t pid = waitpid(number_of(env, values[0]), &status, WNOHANG);
  return answer(env, pid < 0 ? -errno : pid == 0 ? -EAGAIN : status);
}

// read(descriptor, into: Uint8Array): how many bytes came.
static napi_value read_some(napi_env env, napi_callback_info info) {
  napi_value values[MOST_ARGUMENTS];
  take(env, info, values);
  struct iovec into = bytes_of(env, values[1]);
  return answer_of_call(env, read(number_of(env, values[0]), into.iov_base, into.iov_len));
}

// write(descriptor, parts: Uint8Array[], skipped): how many bytes went, of these parts without the first `skipped` bytes.
static napi_value write_some(napi_env env, napi_callback_info info) {
  napi_value values[MOST_ARGUMENTS];
  take(env, info, values);
  struct iovec parts[MOST_PARTS];
  uint32_t count = 0, filled = 0;
  napi_get_array_length(env, values[1], &count);
  for (; filled < count && filled < MOST_PARTS; filled++) {
    napi_value part;
    napi_get_element(env, values[1], filled, &part);
    parts[filled] = bytes_of(env, part);
  }
  size_t skipped = (size_t)number_of(env, values[2]);
  if (filled == 0 || skipped > parts[0].iov_len) return answer(env, -EFAULT);
  parts[0].iov_base = (char *)parts[0].iov_base + skipped;
  parts[0].iov_len -= skipped;
  return answer_of_call(env, writev(number_of(env, values[0]), parts, (int)filled));
}

static void ready(uv_poll_t *poll, int status, int events) {
  (void)status, (void)events;
  struct watch *watch = uv_handle_get_data(poll);
  napi_env env = watch->env;
  napi_async_context *context;
  napi_get_instance_data(env, (void **)&context);
  napi_handle_scope scope;
  napi_open_handle_scope(env, &scope);
  napi_value callback, global, error;
  napi_get_reference_value(env, watch->callback, &callback);
  napi_get_global(env, &global);
  if (napi_make_callback(env, *context, global, callback, 0, NULL, NULL) == napi_pending_exception) {
    napi_get_and_clear_last_exception(env, &error);
    napi_fatal_exception(env, error);
  }
  napi_close_handle_scope(env, scope);
}

static void free_poll(void *poll) {
  free(uv_handle_get_data(poll));
  free(poll);
}

static void close_both(void *poll) {
  struct watch *watch = uv_handle_get_data(poll);
  uv_close(poll, free_poll);
  close(watch->descriptor);
}

// close(descriptor)
static napi_value close_descriptor(napi_env env, napi_callback_info info) {
  napi_value values[MOST_ARGUMENTS];
  take(env, info, values);
  return answer_of_call(env, close(number_of(env, values[0])));
}

// watch(descriptor, ready): a handle whose `ready` is called whenever what is wanted of the descriptor can be had; -errno where it cannot
// be waited for. The descriptor is the handle's, and closed with it: by unwatch, or when the thread ends.
static napi_value watch(napi_env env, napi_callback_info info) {
  napi_value values[MOST_ARGUMENTS];
  take(env, info, values);
  struct uv_loop_s *loop;
  napi_get_uv_event_loop(env, &loop);
  uv_poll_t *poll = malloc(uv_handle_size(UV_POLL));
  struct watch *data = malloc(sizeof *data);
  int error = poll == NULL || data == NULL ? -ENOMEM : uv_poll_init(loop, poll, number_of(env, values[0]));
  if (error < 0) {
    free(data);
    free(poll);
    return answer(env, error);
  }
  *data = (struct watch){.env = env, .descriptor = number_of(env, values[0])};
  napi_create_reference(env, values[1], 1, &data->callback);
  uv_handle_set_data(poll, data);
  napi_add_env_cleanup_hook(env, close_both, poll);
  napi_value handle;
  napi_create_external(env, poll, NULL, NULL, &handle);
  return handle;
}

static uv_poll_t *poll_of(napi_env env, napi_value handle) {
  void *poll = NULL;
  napi_get_value_external(env, handle, &poll);
  return poll;
}

// want(handle, events): 1 to read, 2 to write, 0 nothing.
static napi_value want(napi_env env, napi_callback_info info) {
  napi_value values[MOST_ARGUMENTS];
  take(env, info, values);
  uv_poll_t *poll = poll_of(env, values[0]);
  int events = number_of(env, values[1]);
  return answer(env, events == 0 ? uv_poll_stop(poll) : uv_poll_start(poll, events, ready));
}

// unref(handle): it does not keep the process.
static napi_value unref(napi_env env, napi_callback_info info) {
  napi_value values[MOST_ARGUMENTS];
  take(env, info, values);
  uv_unref(poll_of(env, values[0]));
  return NULL;
}

// unwatch(handle): it is no handle any more, its descriptor is closed.
static napi_value unwatch(napi_env env, napi_callback_info info) {
  napi_value values[MOST_ARGUMENTS];
  take(env, info, values);
  uv_poll_t *poll = poll_of(env, values[0]);
  struct watch *data = uv_handle_get_data(poll);
  napi_delete_reference(env, data->callback);
  napi_remove_env_cleanup_hook(env, close_both, poll);
  close_both(poll);
  return NULL;
}

// detach(buffer: ArrayBuffer): its memory is freed now, not when garbage is collected next; nobody may have a use for it.
static napi_value detach(napi_env env, napi_callback_info info) {
  napi_value values[MOST_ARGUMENTS];
  take(env, info, values);
  napi_detach_arraybuffer(env, values[0]);
  return NULL;
}

// Whoever started Node with SIGCHLD ignored would have our children vanish before they are waited for.
static void wait_for_children(void) {
  struct sigaction action;
  if (sigaction(SIGCHLD, NULL, &action) == 0 && action.sa_handler == SIG_IGN) signal(SIGCHLD, SIG_DFL);
}

NAPI_MODULE_INIT() {
  static const struct {
    const char *name;
    napi_callback call;
  } calls[] = {
    {"pair", pair}, {"spawn", spawn}, {"descriptorOf", descriptor_of}, {"reap", reap}, {"read", read_some},
    {"write", write_some}, {"watch", watch}, {"want", want}, {"unref", unref}, {"unwatch", unwatch},
    {"detach", detach}, {"close", close_descriptor},
  };
  for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
    napi_value call;
    napi_create_function(env, calls[i].name, NAPI_AUTO_LENGTH, calls[i].call, NULL, &call);
    napi_set_named_property(env, exports, calls[i].name, call);
  }
  napi_async_context *context = malloc(sizeof *context);
  napi_value name;
  napi_create_string_utf8(env, "ctr-child", NAPI_AUTO_LENGTH, &name);
  if (context == NULL || napi_async_init(env, NULL, name, context) != napi_ok) return NULL;
  napi_set_instance_data(env, context, NULL, NULL);
  wait_for_children();
  return exports;
}
