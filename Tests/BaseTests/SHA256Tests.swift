import Base
import Testing

/// SHA-256 against the examples of FIPS 180-4.
struct SHA256Tests {
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
    ])
    func digestsAsTheStandardSays(_ text: String, _ digest: String) {
        #expect(SHA256.digest(Array(text.utf8)).count == 32)
        #expect(SHA256.hexadecimal(text, digitCount: 64) == digest)
        #expect(SHA256.hexadecimal(text, digitCount: 8) == digest.prefix(8))
    }

    @Test(arguments: ["AB", "AB-n1", "AB.node4", "AB-n1.node4"])
    func aSessionIsNamedByItsIdWithoutRouteAndNode(id: String) {
        // printf %s AB | sha256sum
        #expect(SessionName.hash(of: id) == "38164fbd17603d73")
    }
}
