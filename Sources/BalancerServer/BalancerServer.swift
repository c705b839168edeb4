// BalancerServer
