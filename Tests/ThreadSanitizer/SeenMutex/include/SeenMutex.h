// Nothing is called: the program is linked with what stands in mutex.c.
