#include "CLinux.h"

/* The one place where the version stands. What is built from a checkout says this; packages say theirs, since
   Packaging/debian/stamp-version writes it into the programs: behind the mark, as what(1) has always found it. So a
   version needs no other build, and no file beside the program that could be lost or be another's.

   Nothing here looks at the text: the compiler knows this array and would take what it saw for what will be. */
static const char text[64] = "@(#)holdfast version=" "0.1.0";

const char *holdfast_version(void) { return text + sizeof "@(#)holdfast version=" - 1; }
