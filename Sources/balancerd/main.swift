// balancerd: HTTP balanced over servers. All of it is in BalancerServer.
import BalancerServer

BalancerProgram.main(CommandLine.arguments)
