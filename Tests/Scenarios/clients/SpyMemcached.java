// spymemcached: text and binary, with a login when one is given.
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import net.spy.memcached.CASResponse;
import net.spy.memcached.CASValue;
import net.spy.memcached.ConnectionFactoryBuilder;
import net.spy.memcached.MemcachedClient;
import net.spy.memcached.auth.AuthDescriptor;
import net.spy.memcached.auth.PlainCallbackHandler;

public class SpyMemcached {
    static void check(boolean holds, String what) {
        if (!holds) { System.err.println("spymemcached: " + what); System.exit(1); }
    }

    public static void main(String[] arguments) throws Exception {
        String protocol = arguments[2];
        System.setProperty("net.spy.log.LoggerImpl", "net.spy.memcached.compat.log.SunLogger");
        java.util.logging.Logger.getLogger("net.spy").setLevel(java.util.logging.Level.SEVERE);
        ConnectionFactoryBuilder builder = new ConnectionFactoryBuilder().setProtocol(
            protocol.equals("binary") ? ConnectionFactoryBuilder.Protocol.BINARY
                                      : ConnectionFactoryBuilder.Protocol.TEXT);
        if (arguments.length > 3) {
            builder.setAuthDescriptor(new AuthDescriptor(
                new String[] {"PLAIN"}, new PlainCallbackHandler(arguments[3], arguments[4])));
        }
        List<InetSocketAddress> where =
            Arrays.asList(new InetSocketAddress(arguments[0], Integer.parseInt(arguments[1])));
        MemcachedClient client = new MemcachedClient(builder.build(), where);
        check(client.set("a", 0, "one").get() && client.get("a").equals("one"), "set and get");
        client.set("b", 0, "two").get();
        check(client.getBulk("a", "b", "none").size() == 2, "getBulk");
        check(!client.add("a", 0, "x").get() && client.replace("a", 0, "four").get(), "add, replace");
        CASValue<Object> found = client.gets("a");
        check(client.cas("a", found.getCas(), "five") == CASResponse.OK, "cas");
        check(client.cas("a", found.getCas(), "six") == CASResponse.EXISTS, "cas of an old state");
        check(client.incr("n", 5, 10) == 10 && client.incr("n", 5) == 15, "incr");
        check(client.decr("n", 6) == 9, "decr");
        if (protocol.equals("binary")) check(client.touch("b", 100).get(), "touch");
        check(client.delete("b").get() && client.get("b") == null, "delete");
        byte[] large = new byte[900_000];
        client.set("large", 0, large).get();
        check(((byte[]) client.get("large")).length == large.length, "a large value");
        check(!client.getStats().isEmpty() && client.flush().get(), "stats and flush");
        check(client.get("a") == null, "what was flushed");
        client.shutdown();
        System.out.println(protocol + ": all well");
    }
}
