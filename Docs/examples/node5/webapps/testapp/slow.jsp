<%@ page language="java" contentType="text/plain; charset=UTF-8" %><%
    // Keeps its request busy for `ms` milliseconds (300 unless told), so that there is time to kill something.
    String asked = request.getParameter("ms");
    long until = System.currentTimeMillis() + (asked == null ? 300 : Integer.parseInt(asked));
    int turns = 0;
    while (System.currentTimeMillis() < until) {
        turns = turns + 1;
    }
%><%@ include file="node.jspf" %> done id=<%= session.getId() %>
