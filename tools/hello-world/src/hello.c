// The only file of the hello-world image: says what has just happened to it.
#include <stdio.h>
#include <unistd.h>

int main(void) {
  char host[65] = "?";
  gethostname(host, sizeof host - 1);
  printf("\n"
         "Hello from a container. This machine is called %s here, and I am process %d.\n"
         "\n"
         "On the way to this line, without a daemon:\n"
         "  1. the image was pulled from a registry over HTTP, and kept in an OCI layout;\n"
         "  2. every byte of it was verified against its sha256 digest;\n"
         "  3. its one layer was unpacked and laid out as this root: the file /hello, alone;\n"
         "  4. new namespaces were made, for processes, mounts, host name and more;\n"
         "  5. a cgroup was given to them where the user may, and privileges were dropped;\n"
         "  6. /hello was executed, and wrote this to your terminal.\n"
         "\n",
         host, (int)getpid());
  return fflush(stdout) == 0 ? 0 : 1;
}
