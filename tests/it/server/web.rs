//! gRPC-Web as a browser speaks it, over HTTP/1.1 and by hand.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::client::cart_of;
use super::fixture::{Fixture, Options};

const GET_CART: &str = "/cashwrap.v1.CartService/GetCart";

/// Calls `path` as the shopper, and gives the whole answer.
pub async fn call(address: SocketAddr, path: &str, headers: &[(&str, &str)], message: &[u8]) -> String {
    let more = headers.iter().fold(String::new(), |more, (name, value)| more + name + ": " + value + "\r\n");
    let length = u32::try_from(message.len()).unwrap();
    let mut request = format!(
        "POST {path} HTTP/1.1\r\nHost: cashwrap\r\nConnection: close\r\nAuthorization: Bearer shopper\r\n\
         Content-Type: application/grpc-web+proto\r\nContent-Length: {}\r\n{more}\r\n",
        length + 5
    )
    .into_bytes();
    request.push(0);
    request.extend(length.to_be_bytes());
    request.extend(message);
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(&request).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn a_browser_is_served_over_http_1_and_refused_like_everybody_else() {
    let server = Fixture::start(Options::default()).await;
    let answer = call(server.address, GET_CART, &[], &cart_of("demo")).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.contains("content-type: application/grpc-web+proto\r\n"), "{answer}");
    assert!(answer.contains("the shopper") && answer.contains("grpc-status:0"), "{answer}");
    let refused = call(server.address, "/cashwrap.v1.OrderService/ListOrders", &[], &[]).await;
    assert!(refused.contains("grpc-status: 7\r\n"), "{refused}");
}
