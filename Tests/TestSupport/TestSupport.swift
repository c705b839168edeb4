// TestSupport: what the tests of several modules share.
//
//   runOnLoop       an async body on a loop of its own, from a test
//   TestSeed        a seed that is printed, and taken from HOLDFAST_SEED to repeat a run
//   ManualClock     time that only the test moves
//   PeerProcess     a real peer, such as memcached
//   TestCertificates  certificates and keys, made by openssl for one run
//   RawConnection   either end of an HTTP connection, byte for byte
//   ScriptedServer  a server that does with each connection what its script says
//   DeadAddress     an address that refuses connections
